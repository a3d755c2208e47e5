using System.Text.RegularExpressions;
using Builder.Graph.Operations;

namespace Builder.Graph.Sources;

/// <summary>A git repository as it is named in a Dockerfile or on the command line: <c>https://host/name.git?submodules=0#ref:subdir</c>.</summary>
public sealed partial record GitLocation
{
    private const string BareGitHub = "github.com/";

    /// <summary>What git is given.</summary>
    public required string Remote { get; init; }

    public string? Ref { get; init; }

    public string? Checksum { get; init; }

    public string? Subdirectory { get; init; }

    public bool? KeepGitDirectory { get; init; }

    public bool? Submodules { get; init; }

    /// <summary>Whether files have the commit's time; null when nothing is said of it.</summary>
    public bool? CommitTimes { get; init; }

    /// <summary>
    /// Whether a text names a repository: by scheme, by <c>user@host:path</c>, an http URL whose path ends in <c>.git</c>, and where it can't
    /// be a path of the context, by <c>github.com/</c>.
    /// </summary>
    public static bool IsGit(string text, bool allowBareGitHub = false) =>
        (allowBareGitHub && text.StartsWith(BareGitHub, StringComparison.Ordinal))
        || text.StartsWith("git://", StringComparison.Ordinal) || text.StartsWith("ssh://", StringComparison.Ordinal)

        // Asked of every source and context; only what could match is worth making an expression for.
        || (text.Contains('@', StringComparison.Ordinal) && ScpLike().IsMatch(text))
        || (text.StartsWith("http", StringComparison.Ordinal) && HttpRepository().IsMatch(text));

    /// <summary>Whether a text is the whole hash of a commit.</summary>
    public static bool IsCommit(string? text) => text is { Length: 40 or 64 } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads what <see cref="IsGit"/> recognised.</summary>
    /// <exception cref="FormatException">Its parts contradict each other, or can't be what they stand for.</exception>
    public static GitLocation Parse(string text)
    {
        if (text.Any(c => char.IsControl(c) || c == ' ')) throw Malformed(text, "it has blanks or control characters");
        int hash = text.IndexOf('#', StringComparison.Ordinal);
        string fragment = hash < 0 ? "" : Uri.UnescapeDataString(text[(hash + 1)..]);
        string rest = hash < 0 ? text : text[..hash];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        string query = question < 0 ? "" : rest[(question + 1)..];
        string remote = question < 0 ? rest : rest[..question];
        if (remote.StartsWith(BareGitHub, StringComparison.Ordinal)) remote = "https://" + remote;
        int colon = fragment.IndexOf(':', StringComparison.Ordinal);
        string reference = colon < 0 ? fragment : fragment[..colon];
        var git = new GitLocation
        {
            Remote = remote,
            Ref = reference.Length == 0 ? null : reference,
            Subdirectory = colon < 0 ? null : fragment[(colon + 1)..],
        };
        try
        {
            return Checked(GitQuery.Apply(git, query));
        }
        catch (FormatException e)
        {
            throw Malformed(text, e.Message);
        }
    }

    /// <summary>The operation that brings its files.</summary>
    /// <param name="keepGitDirectory">Whether git's own directory is kept where the URL says nothing of it.</param>
    /// <param name="commitTimes">Whether files have the commit's time where the URL says nothing of it.</param>
    public GitOperation ToOperation(bool keepGitDirectory, bool commitTimes = false) => new()
    {
        Remote = Remote,
        Ref = Ref,
        Checksum = Checksum,
        Subdirectory = (Subdirectory ?? "").Trim('/'),
        KeepGitDirectory = KeepGitDirectory ?? keepGitDirectory,
        Submodules = Submodules ?? true,
        CommitTimes = CommitTimes ?? commitTimes,
    };

    // A program further on must never take a part for an option of its own.
    private static GitLocation Checked(GitLocation git)
    {
        if (DashedPart().IsMatch(git.Remote)) throw new FormatException("a host, user or path that begins with '-' is refused");
        if (git.Ref is { } reference && !ValidRef(reference)) throw new FormatException($"'{reference}' is no name of a branch, tag or commit");
        if (git.Checksum is { } checksum && (checksum.Length > 64 || !checksum.All(char.IsAsciiHexDigitLower)))
            throw new FormatException($"'{checksum}' is no hash of a commit: it is written in digits and the letters a to f");
        if (git.Subdirectory is { } directory && directory.Split('/').Contains("..")) throw new FormatException($"the subdirectory '{directory}' leads out of the repository");
        return git;
    }

    // git-check-ref-format(1)
    private static bool ValidRef(string name) =>
        name.Length <= 1024 && name[0] is not ('-' or '/' or '.') && name[^1] is not ('/' or '.') && !name.Contains("..", StringComparison.Ordinal)
        && !name.Contains("//", StringComparison.Ordinal) && !name.Contains("@{", StringComparison.Ordinal) && name != "@"
        && !name.Split('/').Any(part => part.StartsWith('.') || part.EndsWith(".lock", StringComparison.Ordinal))
        && !name.Any(c => c <= ' ' || c is '~' or '^' or ':' or '?' or '*' or '[' or '\\' or (char)127);

    private static FormatException Malformed(string text, string reason) => new($"the git URL '{UrlText.Redacted(text)}' can't be used: {reason}");

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9.-]+:", RegexOptions.NonBacktracking)]
    private static partial Regex ScpLike();

    [GeneratedRegex(@"\Ahttps?://[^?#]+\.git(?:[?#]|\z)", RegexOptions.NonBacktracking)]
    private static partial Regex HttpRepository();

    [GeneratedRegex(@"\A(?:[a-z]+://(?:-|[^/]*@-)|[^/:]+@-|[^/:@]+@[^/:]+:-)", RegexOptions.NonBacktracking)]
    private static partial Regex DashedPart();
}
