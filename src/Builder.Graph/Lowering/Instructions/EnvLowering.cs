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
        var positions = new Dictionary<string, int>(variables.Count, StringComparer.Ordinal);
        for (int i = 0; i < variables.Count; i++) positions.TryAdd(variables[i].Split('=', 2)[0], i);
        foreach ((string key, string value) in pairs)
        {
            scope.SetVariable(key, value, env.Span);
            if (positions.TryAdd(key, variables.Count)) variables.Add($"{key}={value}");
            else variables[positions[key]] = $"{key}={value}";
        }

        scope.State.Config = scope.State.Config with { Env = new EquatableArray<string>([.. variables]) };
        scope.Commit("ENV " + string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")));
    }
}
