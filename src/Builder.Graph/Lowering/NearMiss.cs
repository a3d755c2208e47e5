namespace Builder.Graph.Lowering;

/// <summary>Finds what a misspelt word was meant to be.</summary>
internal static class NearMiss
{
    private const int MaxDistance = 2;
    private const int MaxLength = 64;

    /// <summary><c>did you mean 'x'?</c>, or null when nothing is near.</summary>
    public static string? Hint(string word, IEnumerable<string> candidates) =>
        Find(word, candidates) is { } match ? $"did you mean '{match}'?" : null;

    /// <summary>The nearest candidate within two edits that aren't most of the word, or null. An exact match is no near miss.</summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > MaxLength) return null;
        string? best = null;
        int bestDistance = Math.Min(MaxDistance, word.Length - 1) + 1;
        foreach (string candidate in candidates)
        {
            if (candidate == word) return null;
            if (candidate.Length is 0 or > MaxLength) continue;
            if (Math.Abs(candidate.Length - word.Length) >= bestDistance) continue;
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance >= bestDistance) continue;
            best = candidate;
            bestDistance = distance;
        }

        return best;
    }

    // Optimal string alignment: a transposition, the commonest slip, counts as one edit.
    private static int Distance(string a, string b)
    {
        var beforeLast = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j], current[j - 1]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[b.Length];
    }
}
