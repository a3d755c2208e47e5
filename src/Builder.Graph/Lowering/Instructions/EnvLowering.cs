using Builder.Oci.Collections;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>ENV: all pairs of a line see the variables as they were before it.</summary>
internal static class EnvLowering
{
    public static void Lower(EnvInstruction env, InstructionScope scope)
    {
        var pairs = KeyValueExpansion.Expand("ENV", env.Pairs, scope);
        if (pairs is null) return;
        List<string> variables = [.. scope.State.Config.Env ?? []];
        scope.Context.Budget.Spend(variables.Count);
        foreach ((string key, string value) in pairs)
        {
            scope.SetVariable(key, value, env.Span);
            string prefix = key + "=";
            int index = variables.FindIndex(pair => pair.StartsWith(prefix, StringComparison.Ordinal) || pair == key);
            if (index < 0) variables.Add($"{key}={value}");
            else variables[index] = $"{key}={value}";
        }

        scope.State.Config = scope.State.Config with { Env = new EquatableArray<string>([.. variables]) };
        scope.Commit("ENV " + string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")));
    }
}
