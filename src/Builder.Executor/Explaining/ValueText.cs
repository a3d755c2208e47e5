using System.Globalization;
using System.Text;

namespace Builder.Executor.Explaining;

/// <summary>Values of keys on one line of a message.</summary>
internal static class ValueText
{
    private const int Longest = 120;
    private const int Lead = 20;
    private const string Ellipsis = "...";

    /// <summary>A change, both values cut to where they differ.</summary>
    public static string Change(string? from, string? to)
    {
        if (from is null || to is null) return $"from {Quote(from, 0)} to {Quote(to, 0)}";
        int same = 0;
        while (same < from.Length && same < to.Length && from[same] == to[same]) same++;
        if (same == from.Length && same == to.Length) return $"behind its first {same} characters";
        int start = Math.Max(from.Length, to.Length) <= Longest ? 0 : Math.Max(0, same - Lead);
        return $"from {Quote(from, start)} to {Quote(to, start)}";
    }

    /// <summary>A value in quotes.</summary>
    public static string Quote(string? text) => Quote(text, 0);

    /// <summary>Control characters are written as escapes: names and values come from outside and go to a terminal.</summary>
    public static string OnOneLine(string text)
    {
        if (!text.Any(IsHidden)) return text;
        var result = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            if (c == '\n') result.Append("\\n");
            else if (c == '\t') result.Append("\\t");
            else if (IsHidden(c)) result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else result.Append(c);
        }

        return result.ToString();
    }

    private static string Quote(string? text, int start)
    {
        if (text is null) return "nothing";
        start = Math.Min(start, text.Length);
        int length = Math.Min(Longest, text.Length - start);
        return $"'{(start > 0 ? Ellipsis : "")}{text.AsSpan(start, length)}{(start + length < text.Length ? Ellipsis : "")}'";
    }

    private static bool IsHidden(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
