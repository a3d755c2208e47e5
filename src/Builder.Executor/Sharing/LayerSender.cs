using System.Collections.Concurrent;
using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Cache.Sharing;
using Builder.Cache.Snapshots;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Executor.Sharing;

/// <summary>Sends layers to one cache, each once, a few at a time.</summary>
internal sealed class LayerSender(BuilderStore store, CacheExportSpec spec, CancellationToken cancellationToken) : IAsyncDisposable
{
    private const int ParallelLayers = 4;

    private readonly SemaphoreSlim _slots = new(ParallelLayers);
    private readonly ConcurrentDictionary<string, Lazy<Task<SharedLayer>>> _snapshots = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Digest, Lazy<Task<SharedLayer>>> _blobs = new();
    private int _sent;
    private int _present;

    /// <summary>How many were sent.</summary>
    public int Sent => _sent;

    /// <summary>How many were there already.</summary>
    public int Present => _present;

    /// <summary>Begins with the layer of a snapshot; what fails is reported by <see cref="SendAsync(Snapshot)"/>.</summary>
    public void Begin(Snapshot snapshot) => _ = SendAsync(snapshot);

    /// <summary>Makes sure that the layer of a snapshot is there.</summary>
    public Task<SharedLayer> SendAsync(Snapshot snapshot) =>
        _snapshots.GetOrAdd(snapshot.Id, _ => new Lazy<Task<SharedLayer>>(() => Task.Run(() => MakeAndSendAsync(snapshot), CancellationToken.None))).Value;

    /// <summary>Makes sure that a layer of another cache is there.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="bring">Brings its blob into the store.</param>
    /// <param name="check">Fails when it must not be sent.</param>
    public Task<SharedLayer> SendAsync(SharedLayer layer, Func<Task> bring, Action check) =>
        _blobs.GetOrAdd(layer.Blob.Digest, _ => new Lazy<Task<SharedLayer>>(() => Task.Run(() => PassOnAsync(layer, bring, check), CancellationToken.None))).Value;

    /// <summary>Waits until nothing is being sent any more.</summary>
    public async ValueTask DisposeAsync()
    {
        IEnumerable<Task> running = _snapshots.Values.Concat(_blobs.Values).Select(l => (Task)l.Value);
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _slots.Dispose();
    }

    private static Descriptor DescriptorOf(LayerBlob blob) => new() { MediaType = blob.MediaType, Digest = blob.BlobDigest, Size = blob.Size };

    private async Task<SharedLayer> MakeAndSendAsync(Snapshot snapshot)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            LayerBlob layer = await store.Layers.EnsureBlobAsync(snapshot, cancellationToken);
            if (store.Converter.FindConverted(layer, spec.Compression) is { } known && await spec.Target.HasBlobAsync(DescriptorOf(known), cancellationToken))
            {
                Interlocked.Increment(ref _present);
                return new SharedLayer(DescriptorOf(known), known.DiffId, snapshot.CreatedAt);
            }

            LayerBlob blob = await store.Converter.ConvertAsync(layer, spec.Compression, cancellationToken);
            await PutAsync(DescriptorOf(blob));
            return new SharedLayer(DescriptorOf(blob), blob.DiffId, snapshot.CreatedAt);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<SharedLayer> PassOnAsync(SharedLayer layer, Func<Task> bring, Action check)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            if (await spec.Target.HasBlobAsync(layer.Blob, cancellationToken))
            {
                Interlocked.Increment(ref _present);
                return layer;
            }

            if (!store.Blobs.Contains(layer.Blob.Digest)) await bring();
            check();
            await PutAsync(layer.Blob);
            return layer;
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task PutAsync(Descriptor blob)
    {
        await spec.Target.PutBlobAsync(blob, offset => OpenAt(blob.Digest, offset), cancellationToken);
        Interlocked.Increment(ref _sent);
    }

    private Stream OpenAt(Digest digest, long offset)
    {
        Stream stream = store.Blobs.OpenRead(digest);
        stream.Seek(offset, SeekOrigin.Begin);
        return stream;
    }
}
