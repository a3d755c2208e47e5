using System.Text;

namespace Builder.Executor.Contexts;

/// <summary>
/// What a backslash does in an ignore file. Docker turns a line into a regular expression and leaves the backslash in it: before a letter it is therefore one
/// of the expression's own signs, and before a letter that is none the file is refused.
/// </summary>
internal static class GlobEscape
{
    /// <summary>Whether a character is part of a word for <c>\b</c>; the end of the path is not.</summary>
    public static bool IsOfWord(Rune? rune) => rune is { IsAscii: true } r && (char.IsAsciiLetterOrDigit((char)r.Value) || r.Value == '_');

    /// <summary>The set of characters that <c>\d</c> and its like stand for, or null.</summary>
    public static Func<Rune, bool>? TestOf(Rune letter) => letter.Value switch
    {
        'd' => static rune => IsDigit(rune),
        'D' => static rune => !IsDigit(rune),
        's' => static rune => IsBlank(rune),
        'S' => static rune => !IsBlank(rune),
        'w' => static rune => IsOfWord(rune),
        'W' => static rune => !IsOfWord(rune),
        _ => null,
    };

    /// <summary>The one character that is meant.</summary>
    /// <exception cref="FormatException">The sign means nothing.</exception>
    public static Rune LiteralOf(string pattern, Rune escaped) => escaped.Value switch
    {
        'a' => new Rune('\a'),
        'f' => new Rune('\f'),
        'n' => new Rune('\n'),
        'r' => new Rune('\r'),
        't' => new Rune('\t'),
        'v' => new Rune('\v'),
        _ when IsOfWord(escaped) && escaped.Value != '_' =>
            throw new FormatException($"the pattern '{pattern}' has a backslash before '{escaped}', which means nothing; directories are separated by '/'"),
        _ => escaped,
    };

    private static bool IsDigit(Rune rune) => rune.Value is >= '0' and <= '9';

    private static bool IsBlank(Rune rune) => rune.Value is ' ' or '\t' or '\n' or '\f' or '\r';
}
