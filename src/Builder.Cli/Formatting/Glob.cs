namespace Builder.Cli.Formatting;

/// <summary>Shell patterns as Go's path.Match reads them: no wildcard crosses a slash.</summary>
internal static class Glob
{
    /// <summary>Whether the whole text matches.</summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        while (!pattern.IsEmpty)
        {
            switch (pattern[0])
            {
                case '*':
                    ReadOnlySpan<char> rest = pattern.TrimStart('*');
                    for (int i = 0; i <= text.Length; i++)
                    {
                        if (IsMatch(rest, text[i..])) return true;
                        if (i < text.Length && text[i] == '/') return false;
                    }

                    return false;
                case '?':
                    if (text.IsEmpty || text[0] == '/') return false;
                    pattern = pattern[1..];
                    break;
                case '[':
                    if (text.IsEmpty || text[0] == '/' || !MatchClass(ref pattern, text[0])) return false;
                    break;
                default:
                    if (pattern[0] == '\\' && pattern.Length > 1) pattern = pattern[1..];
                    if (text.IsEmpty || text[0] != pattern[0]) return false;
                    pattern = pattern[1..];
                    break;
            }

            text = text[1..];
        }

        return text.IsEmpty;
    }

    private static bool MatchClass(ref ReadOnlySpan<char> pattern, char c)
    {
        int close = pattern[1..].IndexOf(']');
        if (close < 0) return false;
        ReadOnlySpan<char> set = pattern.Slice(1, close);
        pattern = pattern[(close + 2)..];
        bool negated = !set.IsEmpty && set[0] == '^';
        if (negated) set = set[1..];
        bool found = false;
        for (int i = 0; i < set.Length; i++)
        {
            bool isRange = i + 2 < set.Length && set[i + 1] == '-';
            found |= isRange ? set[i] <= c && c <= set[i + 2] : set[i] == c;
            if (isRange) i += 2;
        }

        return found != negated;
    }
}
