using System.Collections.Concurrent;
using Builder.Cache.Snapshots;
using Builder.Executor.Events;
using Builder.Executor.Sources;
using Builder.Graph;
using Builder.Graph.Operations;

namespace Builder.Executor.Solving;

/// <summary>The vertices of a graph that are fetched: all are looked for at once as soon as one is, each is brought when its files are needed.</summary>
internal sealed class SourceVertices(BuildGraph graph, SourceFetcher fetcher, EventReporter reporter, CancellationToken buildToken) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<VertexId, Lazy<Task<Operation>>> _pinned = new();

    /// <summary>What the vertex means right now.</summary>
    public async Task<Operation> PinAsync(Vertex vertex)
    {
        foreach (Vertex source in graph.Vertices.Where(v => SourceFetcher.IsSource(v.Operation))) _ = Pin(source);
        return await Pin(vertex);
    }

    /// <summary>Its files.</summary>
    public async Task<Snapshot?> FetchAsync(Vertex vertex)
    {
        Operation pinned = await Pin(vertex);
        reporter.Started(vertex);
        try
        {
            Snapshot snapshot = await fetcher.FetchAsync(pinned, Progress(vertex), buildToken);
            reporter.Completed(vertex);
            return snapshot;
        }
        catch (Exception e)
        {
            bool canceled = buildToken.IsCancellationRequested;
            reporter.Failed(vertex, canceled ? "canceled" : e.Message, canceled);
            throw;
        }
    }

    /// <summary>Waits for what was begun and nobody asked for; the token has stopped it, or it is done.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<Task<Operation>> pinned in _pinned.Values) await pinned.Value.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private Task<Operation> Pin(Vertex vertex) => _pinned.GetOrAdd(vertex.Id, _ => new Lazy<Task<Operation>>(() => Task.Run(() => PinOneAsync(vertex), buildToken))).Value;

    private Task<Operation> PinOneAsync(Vertex vertex)
    {
        reporter.Started(vertex);
        return fetcher.PinAsync(vertex.Operation, Progress(vertex), buildToken);
    }

    private Action<long, long?> Progress(Vertex vertex) => (current, total) => reporter.Transfer(vertex, vertex.Origin.Label, current, total);
}
