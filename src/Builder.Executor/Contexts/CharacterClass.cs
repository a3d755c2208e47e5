using System.Text;

namespace Builder.Executor.Contexts;

/// <summary>What stands between brackets in a pattern: characters and ranges, all but these when it begins with <c>^</c>.</summary>
internal sealed class CharacterClass
{
    private readonly List<(Rune Low, Rune High)> _ranges = [];
    private readonly bool _negated;

    private CharacterClass(bool negated) => _negated = negated;

    /// <summary>Reads a class.</summary>
    /// <param name="pattern">The whole pattern, for the message.</param>
    /// <param name="runes">Its characters.</param>
    /// <param name="at">Where the opening bracket is; afterwards, behind the closing one.</param>
    /// <exception cref="FormatException">No closing bracket, an empty class or a bad range.</exception>
    public static CharacterClass Parse(string pattern, Rune[] runes, ref int at)
    {
        at++;
        bool negated = at < runes.Length && runes[at].Value == '^';
        if (negated) at++;
        var result = new CharacterClass(negated);
        while (true)
        {
            if (at < runes.Length && runes[at].Value == ']' && result._ranges.Count > 0) break;
            Rune low = ReadOne(pattern, runes, ref at);
            Rune high = low;
            if (at < runes.Length && runes[at].Value == '-')
            {
                at++;
                high = ReadOne(pattern, runes, ref at);
            }

            result._ranges.Add((low, high));
        }

        at++;
        return result;
    }

    public bool Contains(Rune rune)
    {
        bool inside = false;
        foreach ((Rune low, Rune high) in _ranges) inside |= low <= rune && rune <= high;
        return inside != _negated;
    }

    private static Rune ReadOne(string pattern, Rune[] runes, ref int at)
    {
        if (at < runes.Length && runes[at].Value == '\\') at++;
        else if (at < runes.Length && runes[at].Value is '-' or ']') throw Malformed(pattern);
        return at < runes.Length ? runes[at++] : throw Malformed(pattern);
    }

    private static FormatException Malformed(string pattern) => new($"the pattern '{pattern}' has a malformed [...] part");
}
