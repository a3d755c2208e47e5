using System.Collections.Immutable;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>LABEL.</summary>
internal static class LabelLowering
{
    public static void Lower(LabelInstruction label, InstructionScope scope)
    {
        var pairs = KeyValueExpansion.Expand("LABEL", label.Pairs, scope);
        if (pairs is null) return;
        ImmutableSortedDictionary<string, string> labels =
            scope.State.Config.Labels ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in pairs) labels = labels.SetItem(key, value);
        scope.State.Config = scope.State.Config with { Labels = labels };
        scope.Commit("LABEL " + string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")));
    }
}
