using System.Globalization;
using System.Text;

namespace Builder.Graph.Lowering.History;

/// <summary>Prints values as Go's fmt package does, because history entries carry its wording.</summary>
internal static class GoText
{
    /// <summary>A string slice under <c>%q</c>: <c>["a" "b"]</c>.</summary>
    public static string Quote(IEnumerable<string> items) => "[" + string.Join(' ', items.Select(Quote)) + "]";

    /// <summary>A string under <c>%q</c>.</summary>
    public static string Quote(string text)
    {
        var result = new StringBuilder(text.Length + 2).Append('"');
        foreach (Rune rune in text.EnumerateRunes()) AppendEscaped(result, rune, '"');
        return result.Append('"').ToString();
    }

    /// <summary>An integer under <c>%q</c>: the character with that number, in single quotes.</summary>
    public static string QuoteCharacter(int value)
    {
        Rune rune = Rune.IsValid(value) ? new Rune(value) : Rune.ReplacementChar;
        var result = new StringBuilder().Append('\'');
        AppendEscaped(result, rune, '\'');
        return result.Append('\'').ToString();
    }

    /// <summary>A slice under <c>%v</c>: <c>[a b]</c>.</summary>
    public static string Slice(IEnumerable<string> items) => "[" + string.Join(' ', items) + "]";

    /// <summary>A set (a map to empty structs) under <c>%v</c>: <c>map[a:{} b:{}]</c>, sorted.</summary>
    public static string Set(IEnumerable<string> items) =>
        "map[" + string.Join(' ', items.Order(StringComparer.Ordinal).Select(item => item + ":{}")) + "]";

    private static void AppendEscaped(StringBuilder result, Rune rune, char quote)
    {
        if (rune.Value == quote || rune.Value == '\\')
        {
            result.Append('\\').Append((char)rune.Value);
            return;
        }

        string? named = rune.Value switch
        {
            '\a' => @"\a",
            '\b' => @"\b",
            '\f' => @"\f",
            '\n' => @"\n",
            '\r' => @"\r",
            '\t' => @"\t",
            '\v' => @"\v",
            _ => null,
        };
        if (named is not null) result.Append(named);
        else if (IsPrintable(rune)) result.Append(rune);
        else if (rune.Value is < ' ' or 0x7f) result.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
        else if (rune.IsBmp) result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        else result.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
    }

    // Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space.
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
