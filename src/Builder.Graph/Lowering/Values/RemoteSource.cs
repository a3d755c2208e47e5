using System.Text.RegularExpressions;

namespace Builder.Graph.Lowering.Values;

/// <summary>Tells sources of ADD that lie elsewhere from paths in the context.</summary>
internal static partial class RemoteSource
{
    /// <summary>A git repository: by scheme, by <c>user@host:path</c>, or an http URL whose path ends in <c>.git</c>.</summary>
    public static bool IsGit(string source) =>
        source.StartsWith("git://", StringComparison.Ordinal)
        || source.StartsWith("ssh://", StringComparison.Ordinal)
        || ScpLike().IsMatch(source)
        || (HasHttpScheme(source) && HttpRepository().IsMatch(source));

    /// <summary>A file to be fetched over HTTP.</summary>
    public static bool IsHttp(string source) => HasHttpScheme(source) && !IsGit(source);

    private static bool HasHttpScheme(string source) =>
        source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+@[A-Za-z0-9.-]+:", RegexOptions.NonBacktracking)]
    private static partial Regex ScpLike();

    [GeneratedRegex(@"\Ahttps?://[^?#]+\.git(?:[?#]|\z)", RegexOptions.NonBacktracking)]
    private static partial Regex HttpRepository();
}
