using System.Text;

namespace Builder.Parser.Lines;

/// <summary>A shell's reading of a here-document's delimiter.</summary>
internal static class ShellWord
{
    /// <summary>The word without quotes and backslashes.</summary>
    /// <param name="word">As written, quotes balanced.</param>
    /// <param name="quoted">Whether there were quotes.</param>
    public static string RemoveQuotes(ReadOnlySpan<char> word, out bool quoted)
    {
        quoted = false;
        var plain = new StringBuilder(word.Length);
        char quote = '\0';
        for (int i = 0; i < word.Length; i++)
        {
            char c = word[i];
            bool escapes = c == '\\' && i + 1 < word.Length && (quote == '\0' || (quote == '"' && word[i + 1] is '"' or '$' or '\\'));
            if (escapes)
            {
                plain.Append(word[++i]);
            }
            else if (c == quote && quote != '\0')
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
                quoted = true;
            }
            else
            {
                plain.Append(c);
            }
        }

        return plain.ToString();
    }
}
