using System.Text;

namespace Builder.Graph.Expansion;

/// <summary>A pattern of <c>${v#p}</c> and its like: <c>*</c> any text, <c>?</c> one character, no bracket sets.</summary>
/// <remarks>
/// Held as the pieces between stars, each a list of runes where -1 stands for any one. Matching never backtracks over a star.
/// </remarks>
internal sealed class WildcardPattern
{
    private const int AnyOne = -1;

    /// <summary>Longest pattern: the work is bounded by pattern length times text length.</summary>
    private const int MaxLength = 1024;

    private readonly int[][] _pieces;

    private WildcardPattern(int[][] pieces) => _pieces = pieces;

    /// <summary>Reads a pattern.</summary>
    /// <param name="source">The pattern with its escapes.</param>
    /// <param name="escape">What makes a star or question mark literal.</param>
    /// <param name="problem">Why the result is null.</param>
    public static WildcardPattern? Parse(string source, char escape, out string? problem)
    {
        problem = source.Length > MaxLength ? $"longer than {MaxLength} characters" : null;
        if (problem is not null) return null;

        int[] runes = ToRunes(source);
        var pieces = new List<int[]>();
        var piece = new List<int>();
        for (int i = 0; i < runes.Length; i++)
        {
            if (runes[i] == '*')
            {
                pieces.Add([.. piece]);
                piece.Clear();
            }
            else if (runes[i] == escape)
            {
                if (++i == runes.Length || !(runes[i] is '*' or '?' or '}' or '/' || runes[i] == escape))
                {
                    problem = $"only '*', '?', '}}', '/' and '{escape}' can be escaped";
                    return null;
                }

                piece.Add(runes[i]);
            }
            else
            {
                piece.Add(runes[i] == '?' ? AnyOne : runes[i]);
            }
        }

        pieces.Add([.. piece]);
        return new WildcardPattern([.. pieces]);
    }

    /// <summary>The text without the shortest or longest matching prefix.</summary>
    public string TrimStart(string text, bool longest)
    {
        int[] runes = ToRunes(text);
        int end = MatchAt(runes, 0, longest);
        return end < 0 ? text : ToText(runes.AsSpan(end));
    }

    /// <summary>The text without the shortest or longest matching suffix.</summary>
    public string TrimEnd(string text, bool longest)
    {
        int[] runes = ToRunes(text);
        Array.Reverse(runes);
        int end = Reversed().MatchAt(runes, 0, longest);
        if (end < 0) return text;
        int[] rest = runes[end..];
        Array.Reverse(rest);
        return ToText(rest);
    }

    /// <summary>The text with the first or every match replaced, stars taking all they can; null when it outgrows the limit.</summary>
    public string? Replace(string text, string replacement, bool all, int limit)
    {
        int[] runes = ToRunes(text);
        var result = new StringBuilder();
        int copied = 0;
        int from = 0;
        int lastEnd = -1;
        while (from <= runes.Length && FindFrom(runes, from, out int start, out int end))
        {
            // An empty match that touches the match before it is none.
            if (!(start == end && start == lastEnd))
            {
                result.Append(ToText(runes.AsSpan(copied, start - copied))).Append(replacement);
                copied = end;
                lastEnd = end;
            }

            if (!all) break;
            if (result.Length > limit) return null;
            from = end == start ? end + 1 : end;
        }

        result.Append(ToText(runes.AsSpan(copied)));
        return result.Length > limit ? null : result.ToString();
    }

    private bool FindFrom(int[] runes, int from, out int start, out int end)
    {
        int first = _pieces[0].Length;
        for (start = from; start + first <= runes.Length; start++)
        {
            if (!PieceFits(_pieces[0], runes, start)) continue;
            end = MatchAt(runes, start, longest: true);
            if (end >= 0) return true;
            break; // what follows the first star isn't there, so it isn't behind a later start either
        }

        start = end = -1;
        return false;
    }

    /// <summary>End of the shortest or longest match that begins at an offset, or -1.</summary>
    private int MatchAt(int[] runes, int start, bool longest)
    {
        if (!PieceFits(_pieces[0], runes, start)) return -1;
        int position = start + _pieces[0].Length;
        for (int i = 1; i < _pieces.Length; i++)
        {
            int[] piece = _pieces[i];
            bool last = longest && i == _pieces.Length - 1;
            int found = last ? FindLast(piece, runes, position) : FindFirst(piece, runes, position);
            if (found < 0) return -1;
            position = found + piece.Length;
        }

        return position;
    }

    private static int FindFirst(int[] piece, int[] runes, int from)
    {
        for (int i = from; i + piece.Length <= runes.Length; i++)
        {
            if (PieceFits(piece, runes, i)) return i;
        }

        return -1;
    }

    private static int FindLast(int[] piece, int[] runes, int from)
    {
        for (int i = runes.Length - piece.Length; i >= from; i--)
        {
            if (PieceFits(piece, runes, i)) return i;
        }

        return -1;
    }

    private static bool PieceFits(int[] piece, int[] runes, int at)
    {
        if (at + piece.Length > runes.Length) return false;
        for (int i = 0; i < piece.Length; i++)
        {
            if (piece[i] != AnyOne && piece[i] != runes[at + i]) return false;
        }

        return true;
    }

    private WildcardPattern Reversed() => new([.. _pieces.Reverse().Select(piece => piece.Reverse().ToArray())]);

    private static int[] ToRunes(string text)
    {
        var runes = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) runes.Add(rune.Value);
        return [.. runes];
    }

    private static string ToText(ReadOnlySpan<int> runes)
    {
        var text = new StringBuilder(runes.Length);
        foreach (int rune in runes) text.Append(new Rune(rune).ToString());
        return text.ToString();
    }
}
