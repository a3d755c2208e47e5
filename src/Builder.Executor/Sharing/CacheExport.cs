using System.Collections.Concurrent;
using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Cache.Records;
using Builder.Cache.Sharing;
using Builder.Cache.Snapshots;
using Builder.Executor.Events;
using Builder.Executor.Exports;
using Builder.Executor.Secrets;
using Builder.Graph;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Executor.Sharing;

/// <summary>
/// Puts what a build makes into caches for others. Layers are sent while later steps run; <see cref="FinishAsync(bool)"/> sends the rest and then the list of
/// it, also after a build that failed: for what was finished until then.
/// </summary>
public sealed class CacheExport : IAsyncDisposable
{
    private readonly BuilderStore _store;
    private readonly IReadOnlyList<CacheExportSpec> _specs;
    private readonly EventReporter _reporter;
    private readonly CancellationTokenSource _stop;
    private readonly ConcurrentDictionary<VertexId, Digest> _definitions = new();
    private readonly LayerSender[] _senders;
    private BuildGraph? _graph;
    private SharedCaches? _shared;
    private LayerScan? _scan;
    private HashSet<VertexId> _chain = [];

    /// <summary>Makes one.</summary>
    /// <param name="store">Where results are.</param>
    /// <param name="specs">What to fill.</param>
    /// <param name="events">Told what happens; called from one thread at a time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public CacheExport(BuilderStore store, IReadOnlyList<CacheExportSpec> specs, Action<BuildEvent> events, TimeProvider time, CancellationToken cancellationToken)
    {
        (_store, _specs, _reporter) = (store, specs, new EventReporter(events, time));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _senders = [.. specs.Select(s => new LayerSender(store, s, _stop.Token))];
    }

    /// <summary>Sends what has not been sent, and the list of it.</summary>
    /// <param name="isFailed">The build failed: nothing is worth an error any more.</param>
    /// <exception cref="ExportException">A cache could not be filled.</exception>
    public async Task FinishAsync(bool isFailed)
    {
        if (_graph is null) return;
        for (int i = 0; i < _specs.Count; i++)
        {
            CacheExportSpec spec = _specs[i];
            string task = $"exporting cache to {spec.Target.Name}";
            _reporter.Task(task, done: false);
            try
            {
                await FinishAsync(_graph, spec, _senders[i], task);
                _reporter.Task(task, done: true);
            }
            catch (Exception e) when (e is CacheSourceException or ImageSourceException or StoreException or SecretFoundException or OciFormatException or IOException or UnauthorizedAccessException)
            {
                string message = $"the cache can't be exported to {spec.Target.Name}: {e.Message}";
                if (!isFailed && !spec.IgnoreError) throw new ExportException(message, e);
                _reporter.Task(task, done: true);
                _reporter.Warn(message);
            }
        }
    }

    /// <summary>Stops what is still being sent.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (LayerSender sender in _senders) await sender.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Begins with a build.</summary>
    /// <param name="graph">The build.</param>
    /// <param name="shared">What others have made of it.</param>
    /// <param name="scan">Looks for what must not be sent; null when anything may be.</param>
    internal void Attach(BuildGraph graph, SharedCaches shared, LayerScan? scan = null)
    {
        (_graph, _shared, _scan) = (graph, shared, scan);
        _chain = [.. graph.Targets.SelectMany(graph.ParentChain).Select(v => v.Id)];
    }

    internal void Defined(Vertex vertex, Digest definition) => _definitions[vertex.Id] = definition;

    /// <summary>The result of a step is there: begins to send its layer.</summary>
    internal void Begin(Vertex vertex, Snapshot snapshot)
    {
        if (_scan is not null) return; // Nothing is sent that has not been looked through.
        for (int i = 0; i < _specs.Count; i++)
        {
            if (IsWanted(vertex, _specs[i])) _senders[i].Begin(snapshot);
        }
    }

    /// <summary>Looks for secrets in the steps whose layers are to be sent.</summary>
    /// <exception cref="BuildFailedException">There is one: says which, and where.</exception>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_graph is not { } graph || _scan is null) return;
        foreach (Vertex vertex in graph.Vertices.Where(v => _specs.Any(s => IsWanted(v, s))))
        {
            if (_definitions.TryGetValue(vertex.Id, out Digest definition) && OwnSnapshots(graph, vertex, definition) is { Snapshots: [.., var last] } && await FindSecretAsync(last, cancellationToken) is { } place)
                throw ResultScan.Found(vertex, place);
        }
    }

    private async Task<SecretPlace?> FindSecretAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        if (_scan is null) return null;
        LayerBlob layer = await _store.Layers.EnsureBlobAsync(snapshot, cancellationToken);
        return await Task.Run(() => _scan.Find(layer, cancellationToken), cancellationToken);
    }

    // Nothing of this build has made it, but where it was made nobody may have looked.
    private void Check(ICacheSource source, SharedLayer layer)
    {
        if (_scan?.Find(layer.ToLayerBlob(), _stop.Token) is { } place)
            throw new SecretFoundException($"{place.Match.Pattern} is in a layer of the cache {source.Name}: {place.Where}");
    }

    private bool IsWanted(Vertex vertex, CacheExportSpec spec) => vertex.HasParent && (spec.AllSteps || _chain.Contains(vertex.Id));

    private async Task FinishAsync(BuildGraph graph, CacheExportSpec spec, LayerSender sender, string task)
    {
        var builder = new SharedCacheBuilder();
        foreach (Vertex vertex in graph.Vertices.Where(v => IsWanted(v, spec)))
        {
            if (_definitions.TryGetValue(vertex.Id, out Digest definition) && await ResultOfAsync(graph, vertex, definition, sender) is { } result)
                builder.Add(definition, result);
        }

        if (builder.IsEmpty)
        {
            _reporter.Task(task, done: false, "no step has a result: nothing to export");
            return;
        }

        byte[] content = builder.WriteConfig();
        var config = new Descriptor { MediaType = CacheMediaTypes.CacheConfig, Digest = Digest.Sha256(content), Size = content.Length };
        await spec.Target.PutBlobAsync(config, offset => new MemoryStream(content[(int)offset..], writable: false), _stop.Token);
        (byte[] manifest, string mediaType) = spec.Form.Write(config, builder.Blobs);
        await spec.Target.PutManifestAsync(manifest, mediaType, _stop.Token);
        if (spec is { Reset: true, Target: LayoutCache layout }) await layout.RemoveUnusedAsync(_stop.Token);
        _reporter.Task(task, done: false, $"{sender.Sent} layers sent, {sender.Present} were there");
    }

    // What the store has; else what it was found in another cache to be, so that exporting again never loses what nothing needed this time.
    private async Task<SharedResult?> ResultOfAsync(BuildGraph graph, Vertex vertex, Digest definition, LayerSender sender)
    {
        if (OwnSnapshots(graph, vertex, definition) is var (record, snapshots))
        {
            // Reached by a build that failed: else that has been looked for before.
            foreach (Snapshot snapshot in snapshots)
            {
                if (await FindSecretAsync(snapshot, _stop.Token) is { } place)
                {
                    _reporter.Warn($"a step is not exported: {place.Match.Pattern} is in its layer: {place.Where}");
                    return null;
                }
            }

            return new SharedResult(record.Key.Digest, await Task.WhenAll(snapshots.Select(sender.SendAsync)), record.CreatedAt);
        }

        if (_shared is null || await _shared.FindAsync(vertex, definition, _stop.Token) is not { } hit) return null;
        try
        {
            SharedLayer[] layers = await Task.WhenAll(hit.Layers.Select(l => sender.SendAsync(l, () => _shared.BringAsync(hit.Source, l, _stop.Token), () => Check(hit.Source, l))));
            return new SharedResult(hit.Key, layers, hit.CreatedAt);
        }
        catch (CacheSourceException e)
        {
            _reporter.Warn($"a layer of the cache {hit.Source.Name} can't be passed on: {e.Message}");
            return null;
        }
    }

    // One snapshot per step, bottom first; null when one is gone.
    private (CacheRecord Record, List<Snapshot> Snapshots)? OwnSnapshots(BuildGraph graph, Vertex vertex, Digest definition)
    {
        if (_store.Records.Find(definition) is not { } record) return null;
        int count = graph.ParentChain(vertex.Id).Count(v => v.HasParent);
        var result = new List<Snapshot>(count);
        for (Snapshot? at = _store.Snapshots.Find(record.SnapshotId); result.Count < count; at = at.ParentId is null ? null : _store.Snapshots.Find(at.ParentId))
        {
            if (at is null) return null;
            result.Add(at);
        }

        result.Reverse();
        return (record, result);
    }
}
