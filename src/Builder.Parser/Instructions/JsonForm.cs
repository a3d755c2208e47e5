using Builder.Parser.Diagnostics;
using Builder.Parser.Grammars;

namespace Builder.Parser.Instructions;

/// <summary>Tells the JSON form of arguments from the other.</summary>
internal static class JsonForm
{
    /// <summary>Whether the text is taken as JSON, valid or with elements of a wrong kind; it has no here-documents then.</summary>
    public static bool IsJson(string text, int start) =>
        start < text.Length && text[start] == '[' &&
        (JsonGrammar.StringArray.Match(text, start).Success || JsonText.FindNonString(text, start) is not null);

    /// <summary>Reads a JSON array.</summary>
    /// <param name="context">The instruction.</param>
    /// <param name="start">Where its arguments begin.</param>
    /// <param name="items">The strings, or null when the text isn't JSON and the other form holds.</param>
    /// <returns>False after an error was reported.</returns>
    public static bool TryRead(InstructionContext context, int start, out IReadOnlyList<JsonString>? items)
    {
        items = null;
        string text = context.Line.Text;
        if (start >= text.Length || text[start] != '[') return true;
        GrammarMatch<IReadOnlyList<JsonString>> match = JsonGrammar.StringArray.Match(text, start);
        if (match.Success)
        {
            items = match.Value;
            return true;
        }

        if (JsonText.FindNonString(text, start) is { } culprit)
        {
            context.Error(
                DiagnosticCodes.JsonNotStrings,
                $"{context.Name} takes a JSON array of strings only",
                context.SpanOf(culprit),
                "put the element in double quotes");
            return false;
        }

        if (LooksLikeJson(text, start)) Warn(context, start, match.Position);
        return true;
    }

    private static void Warn(InstructionContext context, int start, int stopped)
    {
        string text = context.Line.Text;
        bool singleQuoted = text[Blanks.Skip(text, start + 1)] == '\'';
        string hint = singleQuoted ? "JSON strings stand in double quotes" : "the JSON array ends or breaks off here";
        context.Diagnostics.Warning(
            DiagnosticCodes.MalformedJson,
            $"{context.Name} looks like a JSON array but isn't valid JSON, so it is taken as plain text",
            context.Line.SpanOf(Math.Min(stopped, text.Length - 1), text.Length),
            hint);
    }

    /// <summary>A bracket, a quoted string, then what only an array has; <c>[ "$a" = "b" ]</c> is a shell's test.</summary>
    private static bool LooksLikeJson(string text, int start)
    {
        int quote = Blanks.Skip(text, start + 1);
        if (quote >= text.Length || text[quote] is not ('"' or '\'')) return false;
        int end = text.IndexOf(text[quote], quote + 1);
        if (end < 0) return true;
        int next = Blanks.Skip(text, end + 1);
        return next == text.Length || text[next] is ',' or ']';
    }
}
