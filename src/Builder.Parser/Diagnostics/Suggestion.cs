namespace Builder.Parser.Diagnostics;

/// <summary>Finds the name that was probably meant.</summary>
public static class Suggestion
{
    /// <summary>Longest word that is compared: the cost is quadratic.</summary>
    private const int MaxLength = 64;

    /// <summary>Most candidates that are compared: a hostile file has thousands of misspelt words and thousands of names.</summary>
    private const int MaxCandidates = 512;

    /// <summary>The candidate nearest to a word, or null when none is near.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="candidates">What could have been meant, the likelier first; one that is the word itself is no suggestion.</param>
    /// <param name="slips">Most slips of the keyboard between the two.</param>
    public static string? Nearest(string word, IEnumerable<string> candidates, int slips = 3)
    {
        if (word.Length is 0 or > MaxLength) return null;
        string? nearest = null;

        // One slip in a short word, two in a longer one, three in a long one.
        int best = Math.Min(slips, (word.Length + 2) / 3) + 1;
        string wanted = word.ToUpperInvariant();
        foreach (string candidate in candidates.Take(MaxCandidates))
        {
            if (candidate == word || Math.Abs(candidate.Length - word.Length) >= best) continue;
            int distance = Distance(wanted, candidate.ToUpperInvariant());
            if (distance >= best || distance >= candidate.Length) continue;
            best = distance;
            nearest = candidate;
        }

        return nearest;
    }

    /// <summary>"did you mean 'x'?", or null when nothing is near.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="candidates">What could have been meant.</param>
    /// <param name="prefix">Written before the candidate, as <c>--</c> of a flag.</param>
    public static string? Hint(string word, IEnumerable<string> candidates, string prefix = "") =>
        Nearest(word, candidates) is { } nearest ? $"did you mean '{prefix}{nearest}'?" : null;

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.</summary>
    private static int Distance(string from, string to)
    {
        int[] beforePrevious = new int[to.Length + 1];
        int[] previous = [.. Enumerable.Range(0, to.Length + 1)];
        int[] current = new int[to.Length + 1];
        for (int i = 1; i <= from.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int cost = from[i - 1] == to[j - 1] ? 0 : 1;
                int least = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
                current[j] = swapped ? Math.Min(least, beforePrevious[j - 2] + 1) : least;
            }

            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }

        return previous[to.Length];
    }
}
