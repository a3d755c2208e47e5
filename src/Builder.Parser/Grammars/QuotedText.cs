using System.Text;

namespace Builder.Parser.Grammars;

/// <summary>Words in which quotes and escapes keep blanks together.</summary>
internal static class QuotedText
{
    /// <summary>End of the word that begins at a position.</summary>
    /// <param name="text">The line.</param>
    /// <param name="at">First character of the word.</param>
    /// <param name="escape">The escape character.</param>
    /// <param name="escapeInSingleQuotes">Whether the escape character works between single quotes: in flags it does.</param>
    /// <param name="closed">Whether every quote was closed.</param>
    /// <param name="atAnySpace">Whether every kind of space ends it, not only the blanks of ASCII.</param>
    public static int FindEnd(string text, int at, char escape, bool escapeInSingleQuotes, out bool closed, bool atAnySpace = false)
    {
        char quote = '\0';
        while (at < text.Length)
        {
            char c = text[at];
            if (quote == '\0' && (Blanks.IsBlank(c) || (atAnySpace && char.IsWhiteSpace(c)))) break;
            if (c == escape && (quote != '\'' || escapeInSingleQuotes)) at++;
            else if (quote != '\0' && c == quote) quote = '\0';
            else if (quote == '\0' && c is '\'' or '"') quote = c;
            at++;
        }

        closed = quote == '\0';
        return Math.Min(at, text.Length);
    }

    /// <summary>The word without quotes and escapes.</summary>
    /// <param name="word">The word as written.</param>
    /// <param name="escape">The escape character.</param>
    /// <param name="wanted">A character whose first place in the source is asked for.</param>
    /// <param name="wantedAt">That place; unchanged when the character doesn't occur.</param>
    public static string Remove(Slice word, char escape, char wanted, ref int wantedAt)
    {
        var plain = new StringBuilder(word.Length);
        char quote = '\0';
        for (int at = word.Start; at < word.End; at++)
        {
            char c = word.Text[at];
            if (quote != '\0' && c == quote)
            {
                quote = '\0';
                continue;
            }

            if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
                continue;
            }

            if (c == escape)
            {
                if (++at == word.End) break;
                c = word.Text[at];
            }

            if (c == wanted && wantedAt < 0) wantedAt = at;
            plain.Append(c);
        }

        return plain.ToString();
    }
}
