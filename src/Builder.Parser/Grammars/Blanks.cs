namespace Builder.Parser.Grammars;

/// <summary>What separates words.</summary>
internal static class Blanks
{
    public static bool IsBlank(char c) => c is ' ' or '\t' or '\v' or '\f' or '\r';

    /// <summary>The first position from a start on that isn't a blank.</summary>
    public static int Skip(string text, int at)
    {
        while (at < text.Length && IsBlank(text[at])) at++;
        return at;
    }

    /// <summary>The first position from a start on that is a blank, or the end.</summary>
    public static int FindNext(string text, int at)
    {
        while (at < text.Length && !IsBlank(text[at])) at++;
        return at;
    }
}
