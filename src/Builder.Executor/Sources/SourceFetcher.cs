using System.Collections.Concurrent;
using Builder.Cache;
using Builder.Cache.Keys;
using Builder.Cache.Records;
using Builder.Cache.Snapshots;
using Builder.Executor.Copying;
using Builder.Executor.Keys;
using Builder.Graph.Operations;
using Builder.Graph.Sources;
using Builder.Oci;

namespace Builder.Executor.Sources;

/// <summary>Brings files from outside into the store: git repositories, files over HTTP, archives.</summary>
/// <param name="store">Where they are kept.</param>
/// <param name="settings">Limits and surroundings.</param>
/// <param name="time">The clock.</param>
public sealed class SourceFetcher(BuilderStore store, SourceSettings settings, TimeProvider time) : IDisposable
{
    private const int ParallelTransfers = 6;
    private readonly GitSource _git = new(store, settings);
    private readonly HttpSource _http = new(store, settings, time);
    private readonly SemaphoreSlim _slots = new(ParallelTransfers);
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Snapshot>>> _fetched = new();

    /// <summary>Whether an operation is one of those that are fetched here.</summary>
    public static bool IsSource(Operation operation) => operation is GitOperation or HttpOperation or ArchiveOperation;

    /// <summary>The operation with what it means right now: the commit of a branch, the digest of a file.</summary>
    /// <param name="source">What to look for.</param>
    /// <param name="progress">Told bytes that came and, when known, bytes in all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SourceException">It can't be had.</exception>
    public async Task<Operation> PinAsync(Operation source, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return source switch
            {
                GitOperation git => await _git.PinAsync(git, cancellationToken),
                HttpOperation http => await _http.PinAsync(http, progress, cancellationToken),
                _ => source,
            };
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>The files of a resolved source: found in the store, or fetched.</summary>
    /// <param name="source">From <see cref="PinAsync"/>.</param>
    /// <param name="progress">As there.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SourceException">They can't be had.</exception>
    public Task<Snapshot> FetchAsync(Operation source, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        CacheKey key = OperationKeys.Of(source, []);
        return _fetched.GetOrAdd(key.Digest, _ => new Lazy<Task<Snapshot>>(() => FetchAsync(source, key, progress, cancellationToken))).Value;
    }

    /// <summary>The content of a resolved file.</summary>
    /// <exception cref="SourceException">It can't be had.</exception>
    public async Task<Stream> OpenAsync(HttpOperation http, Action<long, long?> progress, CancellationToken cancellationToken) =>
        store.Blobs.OpenRead(await _http.BringAsync(http, progress, cancellationToken));

    /// <summary>When a resolved file was last changed, as its server says; null when it says nothing.</summary>
    public DateTimeOffset? ModifiedAt(HttpOperation http) => store.Downloads.Find(http.Url) is { } known && known.Digest == http.Digest ? known.LastModified : null;

    /// <summary>The time of the newest file of a tree, git's own left out; null when there is none.</summary>
    public static DateTimeOffset? NewestFile(string root) => CheckoutTree.NewestFile(root);

    /// <summary>Whether a file of the store is an archive.</summary>
    public bool IsArchive(Digest digest)
    {
        using Stream blob = store.Blobs.OpenRead(digest);
        return ArchiveStream.LooksLikeArchive(blob);
    }

    /// <summary>Takes an archive into the store.</summary>
    public async Task<ArchiveOperation> ImportAsync(Stream archive, CancellationToken cancellationToken) =>
        new(await store.Blobs.ImportAsync(archive, null, null, cancellationToken));

    /// <summary>Where the files of a source are, for reading.</summary>
    public string DirectoryOf(Snapshot source) => Path.Combine(store.Snapshots.Directory, store.Snapshots.LayerDirectories(source)[0]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _git.Dispose();
        _http.Dispose();
        _slots.Dispose();
    }

    private async Task<Snapshot> FetchAsync(Operation source, CacheKey key, Action<long, long?> progress, CancellationToken cancellationToken)
    {
        if (store.Records.Find(key.Digest) is { } record && store.Snapshots.Find(record.SnapshotId) is { } found) return found;
        await _slots.WaitAsync(cancellationToken);
        try
        {
            Snapshot snapshot = source switch
            {
                GitOperation git => await _git.FetchAsync(git, cancellationToken),
                HttpOperation http => await _http.FetchAsync(http, progress, cancellationToken),
                ArchiveOperation archive => Unpack(archive, cancellationToken),
                _ => throw new NotSupportedException($"no source for {source.GetType().Name}"),
            };
            store.Records.Put(new CacheRecord(key, snapshot.Id, Describe(source), time.GetUtcNow()));
            return snapshot;
        }
        finally
        {
            _slots.Release();
        }
    }

    private Snapshot Unpack(ArchiveOperation archive, CancellationToken cancellationToken)
    {
        using SnapshotDraft draft = store.Snapshots.CreateDraft(null);
        ArchiveSource.Unpack(store, archive.Digest, draft, "the archive", cancellationToken);
        return draft.Commit();
    }

    /// <summary>What a source is called in messages.</summary>
    internal static string Describe(Operation source) => source switch
    {
        GitOperation git => $"the git repository {UrlText.Redacted(git.Remote)}",
        HttpOperation http => UrlText.Redacted(http.Url),
        _ => "the archive",
    };
}
