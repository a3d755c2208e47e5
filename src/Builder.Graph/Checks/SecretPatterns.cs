namespace Builder.Graph.Checks;

/// <summary>Tells texts that are secrets by their shape: tokens with a known prefix, keys, addresses with a password.</summary>
internal static class SecretPatterns
{
    // Prefix and least number of letters, digits, '_' and '-' that follow.
    private static readonly (string Prefix, int Length)[] Tokens =
    [
        ("AKIA", 16), ("ASIA", 16), ("ghp_", 30), ("gho_", 30), ("ghs_", 30), ("github_pat_", 30), ("glpat-", 20), ("xoxb-", 20), ("xoxp-", 20),
        ("sk_live_", 16), ("npm_", 36), ("pypi-AgEI", 30), ("AIza", 35), ("dckr_pat_", 20), ("hf_", 30),
    ];

    /// <summary>Where a secret stands in a text, or null.</summary>
    public static (int Start, int Length)? Find(string text)
    {
        foreach ((string prefix, int least) in Tokens)
        {
            int at = text.IndexOf(prefix, StringComparison.Ordinal);
            if (at < 0 || (at > 0 && char.IsAsciiLetterOrDigit(text[at - 1]))) continue;
            int end = at + prefix.Length;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '-')) end++;
            if (end - at - prefix.Length >= least) return (at, end - at);
        }

        int key = text.IndexOf("PRIVATE KEY-----", StringComparison.Ordinal);
        int begin = key < 0 ? -1 : text.LastIndexOf("-----BEGIN", key, StringComparison.Ordinal);
        return begin >= 0 ? (begin, key + "PRIVATE KEY-----".Length - begin) : FindPassword(text);
    }

    // scheme://user:password@host, with a password that isn't a variable.
    private static (int Start, int Length)? FindPassword(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 1) return null;
        int start = scheme + "://".Length;
        int end = start;
        while (end < text.Length && text[end] is not ('/' or ' ' or '"' or '\'' or '?' or '#')) end++;
        int at = text.LastIndexOf('@', end - 1, end - start);
        int colon = at < 0 ? -1 : text.IndexOf(':', start, at - start);
        if (colon < 0 || at - colon < 2) return null;
        string password = text[(colon + 1)..at];
        return password.Any(c => c is '$' or '<' or '{' or '*') ? null : (colon + 1, password.Length);
    }
}
