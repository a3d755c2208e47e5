using Builder.Parser.Grammars;

namespace Builder.Parser.Lines;

/// <summary>The place where a here-document is announced.</summary>
/// <param name="Source">The opener in the joined line.</param>
/// <param name="Name">The delimiter without quotes.</param>
/// <param name="Quoted">Whether any part of the delimiter was quoted.</param>
/// <param name="StripTabs">Opened with <c>&lt;&lt;-</c>.</param>
/// <param name="FileDescriptor">The digits before it.</param>
internal sealed record HeredocOpener(Slice Source, string Name, bool Quoted, bool StripTabs, int? FileDescriptor)
{
    /// <summary>Whether blanks stand between the signs and the delimiter.</summary>
    public bool IsSpaced => Source.Span.IndexOf("<<") is var signs && Blanks.IsBlank(Source.Span[signs + 2]);

    /// <summary>The openers among the words of an argument text; none when its quotes aren't balanced.</summary>
    /// <remarks>Words are told apart as a shell does; the backslash escapes here whatever the escape directive says.</remarks>
    public static IReadOnlyList<HeredocOpener> FindAll(string text, int start)
    {
        if (text.IndexOf("<<", start, StringComparison.Ordinal) < 0) return [];
        var openers = new List<HeredocOpener>();
        int at = Blanks.Skip(text, start);
        while (at < text.Length)
        {
            int end = QuotedText.FindEnd(text, WordAfterBlanks(text, at), '\\', escapeInSingleQuotes: false, out bool closed);
            if (!closed) return [];
            if (Read(new Slice(text, at, end)) is { } opener) openers.Add(opener);
            at = Blanks.Skip(text, end);
        }

        return openers;
    }

    // Blanks may stand between the signs and the delimiter; behind "<<-" BuildKit takes the signs for a word of their own.
    private static int WordAfterBlanks(string text, int start)
    {
        int at = start;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        bool isBare = string.CompareOrdinal(text, at, "<<", 0, 2) == 0 && at + 2 < text.Length && Blanks.IsBlank(text[at + 2]);
        return isBare ? Blanks.Skip(text, at + 2) : start;
    }

    /// <summary>The opener a word is, or null.</summary>
    private static HeredocOpener? Read(Slice word)
    {
        ReadOnlySpan<char> rest = word.Span;
        int digits = 0;
        while (digits < rest.Length && char.IsAsciiDigit(rest[digits])) digits++;
        if (!rest[digits..].StartsWith("<<", StringComparison.Ordinal)) return null;
        int? descriptor = int.TryParse(rest[..digits], out int number) ? number : null;
        rest = rest[(digits + 2)..];
        bool stripTabs = rest.Length > 0 && rest[0] == '-';
        int signed = rest.Length;
        rest = stripTabs ? rest[1..] : rest.TrimStart(" \t\v\f\r");
        if (rest.Length == 0 || rest.Contains('<')) return null;

        // $((1 << 4)) and $((a << b)) shift.
        bool isShift = rest.Length < signed && !stripTabs && (char.IsAsciiDigit(rest[0]) || rest.Contains(')'));
        if (isShift) return null;

        string name = ShellWord.RemoveQuotes(rest, out bool quoted);
        return name.Length == 0 ? null : new HeredocOpener(word, name, quoted, stripTabs, descriptor);
    }
}
