using Builder.Graph.Sources;

namespace Builder.Executor.Sources;

/// <summary>Makes sense of what git says when it fails.</summary>
internal static class GitFailure
{
    private const int MaxShown = 600;

    // What git says, why, what to do. The first that fits.
    private static readonly (string Said, string Reason, string? Hint)[] Known =
    [
        ("Could not resolve host", "its host name can't be resolved", "check the name and the network"),
        ("unable to look up", "its host name can't be resolved", "check the name and the network"),
        ("Could not resolve hostname", "its host name can't be resolved", "check the name and the network"),
        ("Connection refused", "its host refuses the connection", null),
        ("Failed to connect", "its host can't be reached", "check the address and the network"),
        ("Network is unreachable", "the network can't be reached", "check the network"),
        ("Connection timed out", "its host does not answer", "check the address and the network"),
        ("terminal prompts disabled", "it doesn't exist, or needs a login", "check the URL; a login is given as the secret GIT_AUTH_TOKEN"),
        ("Authentication failed", "it needs a login, or another one", "a login is given as the secret GIT_AUTH_TOKEN"),
        ("could not read Username", "it doesn't exist, or needs a login", "check the URL; a login is given as the secret GIT_AUTH_TOKEN"),
        ("Permission denied (publickey", "the server takes none of the SSH keys", "give the build your SSH agent or a key: --ssh default, or --ssh default=KEYFILE"),
        ("Host key verification failed", "the server's SSH key is not known", "add it to ~/.ssh/known_hosts (ssh-keyscan HOST) once you know that it is the right one"),
        ("ssh: not found", "ssh is not installed", "install openssh-client"),
        ("not allowed", "a transport is refused", "repositories and their submodules are fetched by http, https, git or ssh only"),
        ("does not appear to be a git repository", "there is no git repository", "check the URL"),
        ("repository not exported", "there is no git repository, or the server does not give it out", "check the URL"),
        ("not found", "there is no git repository", "check the URL"),
    ];

    /// <summary>Whether another way of asking would fail in the same way.</summary>
    public static bool IsFinal(string error) => Known.Take(Known.Length - 1).Any(k => error.Contains(k.Said, StringComparison.Ordinal));

    /// <summary>The exception that says it.</summary>
    public static SourceException Explain(string repository, string what, string error)
    {
        (string? _, string? reason, string? hint) = Known.FirstOrDefault(k => error.Contains(k.Said, StringComparison.Ordinal));
        string said = UrlText.Redacted(string.Join("; ", error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(4)));
        string shown = new([.. said.Take(MaxShown).Select(c => char.IsControl(c) ? '?' : c)]);
        string explained = reason is null ? "" : $": {reason}";
        return new SourceException($"{repository}: {what}{explained}{(shown.Length == 0 ? "" : $" (git: {shown})")}", hint);
    }
}
