using Builder.Graph.Expansion;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>ARG in a stage: the command line, else the default, else the global value; pairs see those before them.</summary>
internal static class ArgLowering
{
    public static void Lower(ArgInstruction arg, InstructionScope scope)
    {
        var texts = new List<string>();
        foreach (ArgDeclaration argument in arg.Arguments)
        {
            if (Declare(argument, scope, arg) is { } text) texts.Add(text);
        }

        scope.Commit("ARG " + string.Join(' ', texts));
    }

    private static string? Declare(ArgDeclaration argument, InstructionScope scope, ArgInstruction arg)
    {
        string name = argument.Name.Text;
        string? fallback = null;
        bool given = scope.Context.Request.BuildArguments.TryGetValue(name, out string? value);
        if (argument.Default is { } word)
        {
            fallback = given ? ExpandQuietly(word, scope) : scope.Expand(word);
            if (fallback is null) return null;
        }

        if (!given) value = fallback ?? scope.Context.Scope.Find(name);
        if (value is not null && !IsForTheBuilderOnly(name)) scope.SetVariable(name, value, arg.Span);
        scope.State.Arguments[name] = value;

        // History shows the default, not what the command line put in its place; so does Docker 20.10.
        return fallback is null ? name : $"{name}={fallback}";
    }

    // They say which file systems to describe in a bill of materials; no command sees them.
    private static bool IsForTheBuilderOnly(string name) => name is "BUILDKIT_SBOM_SCAN_CONTEXT" or "BUILDKIT_SBOM_SCAN_STAGE";

    // A default that isn't used can't fail the build.
    private static string ExpandQuietly(Word word, InstructionScope scope)
    {
        ExpansionResult result = WordExpander.Expand(word, scope.Planned.Escape, scope.Lookup);
        scope.Context.Budget.Spend(result.Text.Length);
        return result.Succeeded ? result.Text : word.Text;
    }
}
