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

        // One instruction may set many variables: each must be found at once among those before it.
        Dictionary<string, int> positions = PositionsOf(variables, pairs);
        foreach ((string key, string value) in pairs)
        {
            scope.SetVariable(key, value, env.Span);
            if (positions.TryAdd(key, variables.Count)) variables.Add($"{key}={value}");
            else variables[positions[key]] = $"{key}={value}";
        }

        scope.State.Config = scope.State.Config with { Env = new EquatableArray<string>([.. variables]) };
        scope.Commit("ENV " + string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")));
    }

    // Of the variables that are about to be set and are there already.
    private static Dictionary<string, int> PositionsOf(List<string> variables, List<(string Key, string Value)> pairs)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        HashSet<string> wanted = [.. pairs.Select(pair => pair.Key)];
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> lookup = wanted.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int i = 0; i < variables.Count; i++)
        {
            int equals = variables[i].IndexOf('=', StringComparison.Ordinal);
            if (lookup.TryGetValue(equals < 0 ? variables[i] : variables[i].AsSpan(0, equals), out string? key)) positions.TryAdd(key, i);
        }

        return positions;
    }
}
