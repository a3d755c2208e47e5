using System.Text;

namespace Builder.Executor.Running;

/// <summary>A command as a message shows it.</summary>
internal static class CommandText
{
    /// <summary>More than anybody reads of a command; a heredoc or a long list can make it megabytes.</summary>
    internal const int MaxLength = 1000;

    private const char Ellipsis = '…';

    /// <summary>The words with blanks between them, cut when long.</summary>
    public static string Of(IEnumerable<string> words)
    {
        var text = new StringBuilder();
        foreach (string word in words)
        {
            if (text.Length > 0) text.Append(' ');
            int room = MaxLength - text.Length;
            if (word.Length > room) return text.Append(word.AsSpan(0, WholeCharacters(word, room))).Append(Ellipsis).ToString();
            text.Append(word);
        }

        return text.ToString();
    }

    private static int WholeCharacters(string word, int length) => length > 0 && char.IsHighSurrogate(word[length - 1]) ? length - 1 : Math.Max(length, 0);
}
