using System.Collections.Concurrent;
using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Cache.Sharing;
using Builder.Cache.Snapshots;
using Builder.Executor.Events;
using Builder.Graph;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Executor.Sharing;

/// <summary>
/// The caches that others filled (<c>--cache-from</c>). They are read when the store has a miss for the first time; the layers of a result are brought when it is
/// needed. Nothing that goes wrong with them fails a build: it is told once, and the step is executed.
/// </summary>
/// <param name="sources">In the order they are asked.</param>
/// <param name="graph">The build.</param>
/// <param name="store">Where results go to.</param>
/// <param name="reporter">Told what can't be read.</param>
internal sealed class SharedCaches(IReadOnlyList<ICacheSource> sources, BuildGraph graph, BuilderStore store, EventReporter reporter)
{
    private const int ParallelBlobs = 4;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<(ICacheSource Source, Digest Blob), bool> _broken = new();
    private readonly ConcurrentDictionary<ICacheSource, bool> _unreachable = new();
    private readonly ConcurrentDictionary<(ICacheSource Source, Digest Blob), Lazy<Task>> _transfers = new();
    private Task<Opened[]>? _opened;

    /// <summary>What a cache claims to have for a key of a vertex, or null.</summary>
    public async Task<SharedHit?> FindAsync(Vertex vertex, Digest key, CancellationToken cancellationToken)
    {
        if (sources.Count == 0) return null;
        int count = graph.ParentChain(vertex.Id).Count(v => v.HasParent);
        foreach (Opened opened in await OpenAsync(cancellationToken))
        {
            if (_unreachable.ContainsKey(opened.Source) || opened.Cache.Find(key) is not { } result) continue;
            IReadOnlyList<SharedLayer> own = result.Layers;
            if (opened.Cache.HasBaseLayers)
            {
                EquatableArray<Digest> below = BaseOf(vertex)?.DiffIds ?? [];
                if (!own.Take(below.Count).Select(l => l.DiffId).SequenceEqual(below)) continue;
                own = [.. own.Skip(below.Count)];
            }

            // Each step makes one layer: anything else is not what it would have made.
            if (own.Count == count && !own.Any(l => _broken.ContainsKey((opened.Source, l.Blob.Digest)))) return new SharedHit(opened.Source, result.Key, own, result.CreatedAt);
        }

        return null;
    }

    /// <summary>Makes the file system of a result; null when that turns out to be impossible, which is told.</summary>
    public async Task<Snapshot?> BringAsync(Vertex vertex, SharedHit hit, CancellationToken cancellationToken)
    {
        IReadOnlyList<LayerBlob> below = BaseOf(vertex) is { } image ? store.Images.Find(image.ConfigDigest)?.Layers.ToList() ?? [] : [];
        Dictionary<Digest, SharedLayer> byBlob = [];
        foreach (SharedLayer layer in hit.Layers) byBlob.TryAdd(layer.Blob.Digest, layer);
        try
        {
            return await store.Layers.UnpackAsync(
                [.. below, .. hit.Layers.Select(l => l.ToLayerBlob())],
                (missing, token) => BringAsync(hit.Source, [.. missing.Where(m => byBlob.ContainsKey(m.BlobDigest)).Select(m => byBlob[m.BlobDigest])], token),
                [.. below.Select(_ => (DateTimeOffset?)null), .. hit.Layers.Select(l => l.CreatedAt)],
                cancellationToken);
        }
        catch (Exception e) when (e is CacheSourceException or StoreException or OciFormatException or IOException or UnauthorizedAccessException)
        {
            foreach (SharedLayer layer in hit.Layers) _broken[(hit.Source, layer.Blob.Digest)] = true;
            Tell(hit.Source, e, "its step is executed");
            return null;
        }
    }

    /// <summary>Brings the blob of a layer into the store.</summary>
    /// <exception cref="CacheSourceException">It can't be had.</exception>
    /// <exception cref="StoreException">It is not what its digest says, or the disk is full.</exception>
    public Task BringAsync(ICacheSource source, SharedLayer layer, CancellationToken cancellationToken) => BringAsync(source, [layer], cancellationToken);

    private ImageOperation? BaseOf(Vertex vertex) => graph.ParentChain(vertex.Id)[0].Operation as ImageOperation;

    private Task BringAsync(ICacheSource source, IReadOnlyList<SharedLayer> layers, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        layers.DistinctBy(l => l.Blob.Digest),
        new ParallelOptions { MaxDegreeOfParallelism = ParallelBlobs, CancellationToken = cancellationToken },
        async (layer, token) => await _transfers.GetOrAdd((source, layer.Blob.Digest), _ => new Lazy<Task>(() => TransferAsync(source, layer, token))).Value);

    private async Task TransferAsync(ICacheSource source, SharedLayer layer, CancellationToken cancellationToken)
    {
        if (store.Blobs.Contains(layer.Blob.Digest)) return;
        await using Stream content = await source.OpenBlobAsync(layer.Blob, cancellationToken);
        await store.Blobs.ImportAsync(content, layer.Blob.Digest, layer.Blob.Size, cancellationToken);
    }

    private Task<Opened[]> OpenAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return _opened ??= OpenAllAsync(cancellationToken);
    }

    private async Task<Opened[]> OpenAllAsync(CancellationToken cancellationToken)
    {
        Opened?[] opened = await Task.WhenAll(sources.Select(s => Task.Run(() => OpenOneAsync(s, cancellationToken), cancellationToken)));
        return [.. opened.OfType<Opened>()];
    }

    private async Task<Opened?> OpenOneAsync(ICacheSource source, CancellationToken cancellationToken)
    {
        string task = $"importing cache manifest from {source.Name}";
        reporter.Task(task, done: false);
        try
        {
            SharedCache cache = await SharedCacheReader.ReadAsync(source, Platform.Current, cancellationToken);
            reporter.Task(task, done: true);
            return new Opened(source, cache);
        }
        catch (Exception e) when (e is CacheSourceException or ImageSourceException or OciFormatException or IOException or UnauthorizedAccessException)
        {
            reporter.Task(task, done: true);
            Tell(source, e, "the build goes on without it");
            return null;
        }
    }

    private void Tell(ICacheSource source, Exception error, string consequence)
    {
        bool isUnreachable = error is CacheSourceException { IsUnreachable: true };
        if (isUnreachable && !_unreachable.TryAdd(source, true)) return;
        reporter.Warn($"the cache {source.Name} can't be read: {error.Message}; {(isUnreachable ? "the build goes on without it" : consequence)}");
    }

    private sealed record Opened(ICacheSource Source, SharedCache Cache);
}

/// <summary>A result that a shared cache claims to have.</summary>
/// <param name="Source">Which cache.</param>
/// <param name="Key">The canonical key.</param>
/// <param name="Layers">What the steps above the base image made, bottom first.</param>
/// <param name="CreatedAt">When it was executed, or null.</param>
internal sealed record SharedHit(ICacheSource Source, Digest Key, IReadOnlyList<SharedLayer> Layers, DateTimeOffset? CreatedAt);
