using Builder.Executor.Events;
using Builder.Executor.Sources;
using Builder.Graph.Operations;
using Builder.Graph.Sources;

namespace Builder.Cli.Builds;

/// <summary>Brings contexts and Dockerfiles from elsewhere.</summary>
/// <param name="fetcher">Fetches.</param>
/// <param name="events">Told what happens.</param>
/// <param name="time">The clock.</param>
/// <param name="keepGitDirectory">Whether git's own directory is part of a git context.</param>
/// <param name="commitTimes">Whether files of a git context have the time of its commit.</param>
internal sealed class RemoteContexts(SourceFetcher fetcher, Action<BuildEvent> events, TimeProvider time, bool keepGitDirectory, bool commitTimes = false)
{
    /// <summary>What messages call a context that is piped in.</summary>
    public const string PipedArchive = "the archive on standard input";

    private const string ContextFile = "context";
    private const string LoadingContext = "[internal] load remote build context";
    private const string LoadingDockerfile = "[internal] load remote build definition";

    /// <summary>Whether a text names something elsewhere.</summary>
    public static bool IsRemote(string text) => GitLocation.IsGit(text, allowBareGitHub: true) || HttpLocation.IsHttp(text);

    /// <summary>A git repository, an archive, or a Dockerfile behind a URL.</summary>
    /// <exception cref="CommandException">It can't be had.</exception>
    public Task<RemoteContext> LoadAsync(string text, CancellationToken cancellationToken) => TellAsync(LoadingContext, async () =>
    {
        string name = UrlText.Redacted(text);
        if (GitLocation.IsGit(text, allowBareGitHub: true))
        {
            GitOperation git = GitLocation.Parse(text).ToOperation(keepGitDirectory, commitTimes);
            return await FetchAsync(await fetcher.PinAsync(git, Progress(name), cancellationToken), name, cancellationToken);
        }

        var http = (HttpOperation)await fetcher.PinAsync(HttpLocation.ToOperation(text, ContextFile), Progress(name), cancellationToken);
        await (await fetcher.OpenAsync(http, Progress(name), cancellationToken)).DisposeAsync();
        return fetcher.IsArchive(http.Digest!.Value) // resolved above
            ? await FetchAsync(http with { Unpack = true }, name, cancellationToken)
            : new RemoteContext(http, null, name);
    });

    /// <summary>An archive.</summary>
    /// <exception cref="CommandException">It can't be read.</exception>
    public Task<RemoteContext> LoadArchiveAsync(Stream archive, CancellationToken cancellationToken) => TellAsync(LoadingContext, async () =>
        await FetchAsync(await fetcher.ImportAsync(archive, cancellationToken), PipedArchive, cancellationToken));

    /// <summary>The content of a file behind a URL; the caller disposes it.</summary>
    /// <exception cref="CommandException">It can't be had.</exception>
    public Task<Stream> OpenAsync(string url, CancellationToken cancellationToken) => TellAsync(LoadingDockerfile, () => OpenAsync(HttpLocation.ToOperation(url, ContextFile), cancellationToken));

    /// <summary>The content of the file that a context is.</summary>
    /// <exception cref="CommandException">It can't be had.</exception>
    public Task<Stream> OpenAsync(RemoteContext context, CancellationToken cancellationToken) =>
        TellAsync(LoadingDockerfile, () => OpenAsync((HttpOperation)context.Operation, cancellationToken));

    /// <summary>When what a context brings was last changed: the time of a commit, the server's, or that of an archive's newest file. Null when nothing tells.</summary>
    public DateTimeOffset? TimeOf(DockerfileSource source)
    {
        if (source.RemoteContext is HttpOperation http && fetcher.ModifiedAt(http) is { } modified) return modified;
        bool isTold = source.RemoteContext is GitOperation { CommitTimes: true } or HttpOperation { Unpack: true } or ArchiveOperation;
        return isTold && source.RemoteDirectory is { } directory ? SourceFetcher.NewestFile(directory) : null;
    }

    private async Task<Stream> OpenAsync(HttpOperation http, CancellationToken cancellationToken)
    {
        Action<long, long?> progress = Progress(UrlText.Redacted(http.Url));
        var pinned = (HttpOperation)await fetcher.PinAsync(http, progress, cancellationToken);
        return await fetcher.OpenAsync(pinned, progress, cancellationToken);
    }

    private async Task<RemoteContext> FetchAsync(Operation pinned, string name, CancellationToken cancellationToken) =>
        new(pinned, fetcher.DirectoryOf(await fetcher.FetchAsync(pinned, Progress(name), cancellationToken)), name);

    private async Task<T> TellAsync<T>(string task, Func<Task<T>> work)
    {
        events(new TaskEvent(time.GetUtcNow(), task, Done: false));
        try
        {
            T result = await work();
            events(new TaskEvent(time.GetUtcNow(), task, Done: true));
            return result;
        }
        catch (SourceException e)
        {
            throw new CommandException(e.Message, hint: e.Hint, inner: e);
        }
        catch (FormatException e)
        {
            throw CommandException.Usage(e.Message);
        }
    }

    private Action<long, long?> Progress(string subject) =>
        (current, total) => events(new TransferProgress(time.GetUtcNow(), subject, current, total, null));
}
