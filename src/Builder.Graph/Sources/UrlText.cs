using System.Text.RegularExpressions;

namespace Builder.Graph.Sources;

/// <summary>Texts that name sources, as they may be shown.</summary>
public static partial class UrlText
{
    /// <summary>The same without the password or token of a URL.</summary>
    public static string Redacted(string url) =>
        // Nearly nothing has any, and making the expression takes longer than everything else about a COPY.
        url.Contains("://", StringComparison.Ordinal) && url.Contains('@', StringComparison.Ordinal) ? Credentials().Replace(url, "${shown}xxxxx@") : url;

    [GeneratedRegex(@"\b(?<shown>https?://(?:[^/@:\s]*:)?)[^/@\s]+@", RegexOptions.NonBacktracking)]
    private static partial Regex Credentials();
}
