using System.Collections.Concurrent;
using System.Diagnostics;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Executor.Tracing;
using Builder.Graph;

namespace Builder.Executor.Results;

/// <summary>Makes the layers of the result while later steps still run.</summary>
/// <param name="store">Makes a layer.</param>
/// <param name="chain">The vertices whose layers the result is made of.</param>
/// <param name="cancellationToken">Stops it.</param>
internal sealed class LayerQueue(LayerStore store, IReadOnlySet<VertexId> chain, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<LayerBlob>>> _layers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _slots = new(Environment.ProcessorCount);

    /// <summary>A vertex's snapshot is there: when the result needs its layer, begins to make it.</summary>
    public void Begin(Vertex vertex, Snapshot snapshot)
    {
        if (chain.Contains(vertex.Id)) _ = GetAsync(snapshot);
    }

    /// <summary>The layer of a snapshot.</summary>
    public Task<LayerBlob> GetAsync(Snapshot snapshot) =>
        _layers.GetOrAdd(snapshot.Id, _ => new Lazy<Task<LayerBlob>>(() => Task.Run(() => MakeAsync(snapshot), CancellationToken.None))).Value;

    /// <summary>Waits until nothing is being made any more; what failed here is reported by whoever asked for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_layers.Values.Select(l => (Task)l.Value)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _slots.Dispose();
    }

    private async Task<LayerBlob> MakeAsync(Snapshot snapshot)
    {
        if (store.FindBlob(snapshot) is { } known) return known;
        await _slots.WaitAsync(cancellationToken);
        try
        {
            using Activity? phase = Phases.Begin("layer", snapshot.Id);
            return await store.EnsureBlobAsync(snapshot, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }
}
