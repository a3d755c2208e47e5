using Builder.Parser.Diagnostics;
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
            bool valid = key is { Length: > 0 } || (key is not null && MayBeEmpty(keyword, pair.Key, scope));
            if (valid && value is not null) expanded.Add((key!, value)); // not null: it is valid
            else failed = true;
        }

        return failed ? null : expanded;
    }

    // A label without a name does no harm; with such a variable no container starts, though BuildKit stores it.
    private static bool MayBeEmpty(string keyword, Word name, InstructionScope scope)
    {
        bool isLabel = keyword == "LABEL";
        string consequence = isLabel ? "" : ", and no container starts with such a variable";
        scope.Report(new Diagnostic(
            "BLD2201",
            isLabel ? Severity.Warning : Severity.Error,
            $"the name '{name.Text}' in {keyword} is empty after expansion{consequence}",
            name.Span,
            "give the variable in it a value, or write the name as it is"));
        return isLabel;
    }
}
