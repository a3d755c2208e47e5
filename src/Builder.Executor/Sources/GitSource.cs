using Builder.Cache;
using Builder.Cache.Snapshots;
using Builder.Executor.Contexts;
using Builder.Graph.Operations;
using Builder.Graph.Sources;
using Builder.Linux.Files;

namespace Builder.Executor.Sources;

/// <summary>Finds commits in git repositories and brings their files.</summary>
internal sealed class GitSource : IDisposable
{
    private const string Home = "HEAD";
    private const string Peeled = "^{}";

    private readonly BuilderStore _store;
    private readonly SourceSettings _settings;
    private readonly GitKeys _keys;
    private readonly GitProcess _git;

    /// <summary>Prepares.</summary>
    /// <param name="store">Where the files are kept.</param>
    /// <param name="settings">What git may use.</param>
    public GitSource(BuilderStore store, SourceSettings settings)
    {
        (_store, _settings) = (store, settings);
        _keys = new GitKeys(settings, store.Snapshots);
        _git = new GitProcess(settings, _keys);
    }

    /// <summary>The operation with its commit.</summary>
    /// <exception cref="SourceException">There is no such commit, or the repository can't be reached.</exception>
    public async Task<GitOperation> PinAsync(GitOperation git, CancellationToken cancellationToken)
    {
        if (git.Commit is not null) return git;
        if (GitLocation.IsCommit(git.Ref)) return Checked(git, git.Ref!, git.Ref!); // null is no commit
        _settings.RequireOnline(SourceFetcher.Describe(git));
        IReadOnlyList<string> candidates = Candidates(git.Ref ?? Home);
        GitOutput listed = await _git.RunAsync("/", git.Remote, ["ls-remote", "-q", "--", git.Remote, .. candidates], cancellationToken);
        if (listed.ExitCode != 0) throw Failure(git, listed);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in listed.Output.Split('\n'))
        {
            if (line.Split('\t') is [var hash, var name] && GitLocation.IsCommit(hash)) found[name] = hash;
        }

        foreach (string name in candidates.Where(n => !n.EndsWith(Peeled, StringComparison.Ordinal)))
        {
            if (found.TryGetValue(name, out string? hash)) return Checked(git, found.GetValueOrDefault(name + Peeled, hash), hash);
        }

        throw Missing(git);
    }

    /// <summary>The files of the commit as a snapshot.</summary>
    /// <exception cref="SourceException">They can't be had.</exception>
    public async Task<Snapshot> FetchAsync(GitOperation git, CancellationToken cancellationToken)
    {
        using SnapshotDraft checkout = _store.Snapshots.CreateDraft(null);
        string directory = checkout.TreeDirectory;
        string commit = git.Commit!; // only resolved operations are fetched
        _settings.RequireOnline(SourceFetcher.Describe(git));
        await RunAsync(git, directory, cancellationToken, ["init", "-q", "--template=", .. commit.Length == 64 ? (string[])["--object-format=sha256"] : []]);
        await RunAsync(git, directory, cancellationToken, "config", "remote.origin.url", git.Remote);
        await BringAsync(git, directory, commit, cancellationToken);
        await RunAsync(git, directory, cancellationToken, "checkout", "-q", "--detach", commit, "--");
        if (git.Submodules && File.Exists(Path.Combine(directory, ".gitmodules"))) await BringSubmodulesAsync(git, directory, cancellationToken);
        FileTime? time = null;
        if (git.CommitTimes)
        {
            string seconds = await RunAsync(git, directory, cancellationToken, "show", "-s", "--format=%ct", commit, "--");
            time = new FileTime(long.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture), 0);
        }

        if (git.Subdirectory.Length == 0)
        {
            if (git.KeepGitDirectory) await TidyAsync(git, directory, cancellationToken);
            CheckoutTree.Normalize(directory, git.KeepGitDirectory, time);
            return checkout.Commit();
        }

        using SnapshotDraft part = _store.Snapshots.CreateDraft(null);
        CheckoutTree.Move(directory, TreePath.Parse(git.Subdirectory), part.TreeDirectory, UrlText.Redacted(git.Remote));
        CheckoutTree.Normalize(part.TreeDirectory, keepGitDirectory: false, time);
        return part.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    private static List<string> Candidates(string name)
    {
        if (name == Home) return [Home];
        if (name.StartsWith("refs/", StringComparison.Ordinal)) return [name, name + Peeled];

        // A branch before a tag of the same name, as git checkout has it.
        return [$"refs/heads/{name}", $"refs/tags/{name}", $"refs/tags/{name}{Peeled}", $"refs/{name}", $"refs/{name}{Peeled}"];
    }

    private static GitOperation Checked(GitOperation git, string commit, string named)
    {
        if (git.Checksum is { } wanted && !commit.StartsWith(wanted, StringComparison.Ordinal) && !named.StartsWith(wanted, StringComparison.Ordinal))
            throw new SourceException($"{Name(git)}: {git.Ref ?? Home} is the commit {commit}, not {wanted}", "correct the checksum, or name that commit");
        return git with { Commit = commit };
    }

    // The commit alone when the server gives that, else the branch or tag, else all of it: a plain file server knows no shallow histories.
    private async Task BringAsync(GitOperation git, string directory, string commit, CancellationToken cancellationToken)
    {
        string[] fetch = ["fetch", "-q", "--no-tags", "--no-recurse-submodules", "--update-head-ok"];
        string? named = GitLocation.IsCommit(git.Ref) ? null : git.Ref ?? Home;
        List<string[]> ways = [[.. fetch, "--depth=1", "--", "origin", commit]];
        if (named is not null) ways.Add([.. fetch, "--depth=1", "--", "origin", named]);
        if (named is not null) ways.Add([.. fetch, "--", "origin", named]);
        ways.Add([.. fetch, "--", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]);
        GitOutput last = new(0, "", "");
        foreach (string[] way in ways)
        {
            last = await _git.RunAsync(directory, git.Remote, way, cancellationToken);
            if (last.ExitCode == 0 && await HasAsync(git, directory, commit, cancellationToken)) return;
            if (GitFailure.IsFinal(last.Error)) break;
        }

        throw last.ExitCode == 0 ? new SourceException($"{Name(git)} has no commit {commit}") : Failure(git, last);
    }

    private async Task<bool> HasAsync(GitOperation git, string directory, string commit, CancellationToken cancellationToken) =>
        (await _git.RunAsync(directory, git.Remote, ["cat-file", "-e", commit + "^{commit}"], cancellationToken)).ExitCode == 0;

    private async Task BringSubmodulesAsync(GitOperation git, string directory, CancellationToken cancellationToken)
    {
        string[] update = ["submodule", "-q", "update", "--init", "--recursive"];
        GitOutput shallow = await _git.RunAsync(directory, git.Remote, [.. update, "--depth=1"], cancellationToken);
        if (shallow.ExitCode == 0) return;
        if (GitFailure.IsFinal(shallow.Error)) throw Failure(git, shallow, "a submodule can't be had");
        GitOutput whole = await _git.RunAsync(directory, git.Remote, update, cancellationToken);
        if (whole.ExitCode != 0) throw Failure(git, whole, "a submodule can't be had");
    }

    // What is kept is for looking at versions, not for passwords.
    private async Task TidyAsync(GitOperation git, string directory, CancellationToken cancellationToken)
    {
        if (Uri.TryCreate(git.Remote, UriKind.Absolute, out Uri? uri) && uri.UserInfo.Length > 0 && uri.Scheme.StartsWith("http", StringComparison.Ordinal))
            await RunAsync(git, directory, cancellationToken, "config", "remote.origin.url", new UriBuilder(uri) { UserName = "", Password = "" }.Uri.ToString());
        await RunAsync(git, directory, cancellationToken, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
        File.Delete(Path.Combine(directory, ".git", "FETCH_HEAD"));
    }

    private async Task<string> RunAsync(GitOperation git, string directory, CancellationToken cancellationToken, params string[] arguments)
    {
        GitOutput result = await _git.RunAsync(directory, git.Remote, arguments, cancellationToken);
        return result.ExitCode == 0 ? result.Output.Trim() : throw Failure(git, result);
    }

    private static string Name(GitOperation git) => $"the git repository {UrlText.Redacted(git.Remote)}";

    private static SourceException Missing(GitOperation git) => git.Ref is null
        ? new SourceException($"{Name(git)} is empty: it has no commit")
        : new SourceException(
            $"{Name(git)} has no branch or tag '{git.Ref}'",
            git.Ref.Length is >= 4 and < 40 && git.Ref.All(char.IsAsciiHexDigitLower) ? "a commit is named by its whole hash of 40 digits" : null);

    private static SourceException Failure(GitOperation git, GitOutput output, string what = "it can't be fetched") => GitFailure.Explain(Name(git), what, output.Error);
}
