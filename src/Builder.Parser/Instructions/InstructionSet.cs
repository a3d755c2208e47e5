using System.Collections.Frozen;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Instructions;

/// <summary>All instructions by name.</summary>
internal static class InstructionSet
{
    private static readonly FrozenDictionary<string, Func<InstructionContext, Instruction?>> Readers =
        new Dictionary<string, Func<InstructionContext, Instruction?>>
        {
            ["ADD"] = CopyReader.ReadAdd,
            ["ARG"] = KeyValueReader.ReadArg,
            ["CMD"] = CommandReader.ReadCmd,
            ["COPY"] = CopyReader.ReadCopy,
            ["ENTRYPOINT"] = CommandReader.ReadEntrypoint,
            ["ENV"] = KeyValueReader.ReadEnv,
            ["EXPOSE"] = WordsReader.ReadExpose,
            ["FROM"] = FromReader.Read,
            ["HEALTHCHECK"] = HealthcheckReader.Read,
            ["LABEL"] = KeyValueReader.ReadLabel,
            ["MAINTAINER"] = WordsReader.ReadMaintainer,
            ["RUN"] = CommandReader.ReadRun,
            ["SHELL"] = CommandReader.ReadShell,
            ["STOPSIGNAL"] = WordsReader.ReadStopSignal,
            ["USER"] = WordsReader.ReadUser,
            ["VOLUME"] = WordsReader.ReadVolume,
            ["WORKDIR"] = WordsReader.ReadWorkdir,
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Names = [.. Readers.Keys.Append("ONBUILD").Order(StringComparer.Ordinal)];

    /// <summary>Whether an instruction can have here-documents.</summary>
    public static bool TakesHeredocs(string name) =>
        name.Equals("RUN", StringComparison.OrdinalIgnoreCase) ||
        name.Equals("COPY", StringComparison.OrdinalIgnoreCase) ||
        name.Equals("ADD", StringComparison.OrdinalIgnoreCase);

    public static bool IsOnbuild(string name) => name.Equals("ONBUILD", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an instruction; null after an error.</summary>
    public static Instruction? Read(InstructionContext context, SourceText source)
    {
        string name = context.Raw.Keyword.ToString();
        if (IsOnbuild(name)) return OnbuildReader.Read(context, source);
        if (Readers.TryGetValue(name, out Func<InstructionContext, Instruction?>? read)) return read(context);
        context.Error(
            DiagnosticCodes.UnknownInstruction,
            $"unknown instruction '{Shorten(name)}'",
            context.SpanOf(context.Raw.Keyword),
            HintFor(context, name));
        return null;
    }

    private static string? HintFor(InstructionContext context, string name)
    {
        if (Suggestion.Hint(name, Names) is { } hint) return hint;
        if (name is "&&" or "||" or "|" or ";" || name.StartsWith('-'))
            return $"to continue the line above, end it with {context.Escape}";
        return name is "<<<<<<<" or "=======" or ">>>>>>>" ? "this is a merge conflict" : null;
    }

    private static string Shorten(string name) => name.Length <= 40 ? name : name[..40] + "...";
}
