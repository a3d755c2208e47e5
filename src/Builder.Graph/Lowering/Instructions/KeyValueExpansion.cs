using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>Expands the pairs of ENV and LABEL, keys included.</summary>
internal static class KeyValueExpansion
{
    /// <summary>The expanded pairs; null when one failed. All failures have been reported.</summary>
    public static List<(string Key, string Value)>? Expand(string keyword, SyntaxList<KeyValue> pairs, InstructionScope scope)
    {
        var expanded = new List<(string Key, string Value)>();
        bool failed = false;
        foreach (KeyValue pair in pairs)
        {
            string? key = scope.Expand(pair.Key);
            string? value = scope.Expand(pair.Value);
            if (key is { Length: 0 }) scope.Error("BLD2201", $"{keyword} needs a name before '='", pair.Key.Span);
            if (key is { Length: > 0 } && value is not null) expanded.Add((key, value));
            else failed = true;
        }

        return failed ? null : expanded;
    }
}
