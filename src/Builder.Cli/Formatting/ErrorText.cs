namespace Builder.Cli.Formatting;

/// <summary>Makes texts fit into one line of a message.</summary>
internal static class ErrorText
{
    private const int MaxLength = 120;

    /// <summary>The first line, cut when long.</summary>
    public static string Shorten(string text)
    {
        int lineBreak = text.AsSpan().IndexOfAny('\r', '\n');
        string line = lineBreak < 0 ? text : text[..lineBreak];
        return line.Length <= MaxLength && lineBreak < 0 ? line : string.Concat(line.AsSpan(0, Math.Min(line.Length, MaxLength)), "…");
    }
}
