using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Cache.Sharing;
using Builder.Executor.Events;
using Builder.Executor.Exports;
using Builder.Executor.Running;
using Builder.Executor.Secrets;
using Builder.Graph;
using Builder.Graph.Operations;
using Builder.Oci.Images;

namespace Builder.Executor.Sharing;

/// <summary>
/// Cache mounts between machines: one that the store doesn't have is filled from <c>--mount-cache-from</c> when a step mounts it for the first time, and those
/// of the build go to <c>--mount-cache-to</c> at its end.
/// </summary>
/// <param name="store">Where cache mounts are.</param>
/// <param name="sources">In the order they are asked.</param>
/// <param name="targets">What to fill.</param>
/// <param name="events">Told what happens; called from one thread at a time.</param>
/// <param name="time">The clock.</param>
public sealed class SharedMounts(
    BuilderStore store, IReadOnlyList<ICacheSource> sources, IReadOnlyList<CacheExportSpec> targets, Action<BuildEvent> events, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly EventReporter _reporter = new(events, time);
    private Task<Opened[]>? _opened;
    private LayerScan? _scan;

    /// <summary>Puts the cache mounts of a build into all targets.</summary>
    /// <param name="graph">The build.</param>
    /// <param name="isFailed">The build failed: nothing is worth an error any more.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ExportException">A target could not be filled.</exception>
    public async Task ExportAsync(BuildGraph graph, bool isFailed, CancellationToken cancellationToken)
    {
        string[] ids = [.. graph.Vertices.Select(v => v.Operation).OfType<ExecOperation>().SelectMany(e => e.Mounts).OfType<CacheExecMount>().Select(c => c.CacheId).Distinct().Order(StringComparer.Ordinal)];
        foreach (CacheExportSpec spec in targets)
        {
            string task = $"exporting cache mounts to {spec.Target.Name}";
            _reporter.Task(task, done: false);
            try
            {
                int count = await ExportAsync(ids, spec, cancellationToken);
                _reporter.Task(task, done: false, $"{count} of {ids.Length} cache mounts are there");
                _reporter.Task(task, done: true);
            }
            catch (Exception e) when (e is CacheSourceException or StoreException or SecretFoundException or IOException or UnauthorizedAccessException)
            {
                string message = $"cache mounts can't be exported to {spec.Target.Name}: {e.Message}";
                if (!isFailed && !spec.IgnoreError) throw new ExportException(message, e);
                _reporter.Task(task, done: true);
                _reporter.Warn(message);
            }
        }
    }

    /// <summary>From now on nothing is exported in which a scan finds a secret.</summary>
    internal void Guard(LayerScan? scan) => _scan = scan;

    /// <summary>Fills an empty directory with what a source has for a mount; false when none has it.</summary>
    internal async Task<bool> TryFillAsync(string id, string directory, CancellationToken cancellationToken)
    {
        foreach (Opened opened in await OpenAsync(cancellationToken))
        {
            if (!opened.Mounts.TryGetValue(id, out Descriptor? archive)) continue;
            try
            {
                await BringAsync(opened.Source, archive, cancellationToken);
                store.Archives.Extract(archive.Digest, directory, cancellationToken);
                return true;
            }
            catch (Exception e) when (e is CacheSourceException or StoreException or IOException or UnauthorizedAccessException)
            {
                _reporter.Warn($"the cache mount '{id}' can't be had from {opened.Source.Name}: {e.Message}; it starts empty");
                return false;
            }
        }

        return false;
    }

    // What no step needed this time is passed on as it is.
    private async Task<int> ExportAsync(string[] ids, CacheExportSpec spec, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, Descriptor>> mounts = [];
        foreach (string id in ids)
        {
            if (await ArchiveAsync(id, spec, cancellationToken) is { } made) mounts.Add(KeyValuePair.Create(id, made));
            else if (await PassOnAsync(id, spec, cancellationToken) is { } passed) mounts.Add(KeyValuePair.Create(id, passed));
        }

        if (mounts.Count > 0) await SharedMountList.WriteAsync(spec.Target, mounts, cancellationToken);
        if (mounts.Count > 0 && spec is { Reset: true, Target: LayoutCache layout }) await layout.RemoveUnusedAsync(cancellationToken);
        return mounts.Count;
    }

    private async Task<Descriptor?> ArchiveAsync(string id, CacheExportSpec spec, CancellationToken cancellationToken)
    {
        using CacheMountLease? lease = await new CacheMounts(store.Root, time).FindAsync(id, cancellationToken);
        if (lease is null) return null;
        LayerBlob layer = await Task.Run(() => store.Archives.Write(lease.Directory, cancellationToken), cancellationToken);
        await CheckAsync(id, layer, cancellationToken);
        LayerBlob blob = await store.Converter.ConvertAsync(layer, spec.Compression, cancellationToken);
        var descriptor = new Descriptor { MediaType = blob.MediaType, Digest = blob.BlobDigest, Size = blob.Size };
        await PutAsync(spec.Target, descriptor, cancellationToken);
        return descriptor;
    }

    private async Task CheckAsync(string id, LayerBlob layer, CancellationToken cancellationToken)
    {
        if (await Task.Run(() => _scan?.Find(layer, cancellationToken), cancellationToken) is { } place)
            throw new SecretFoundException($"{place.Match.Pattern} is in the cache mount '{id}': {place.Where}");
    }

    private async Task<Descriptor?> PassOnAsync(string id, CacheExportSpec spec, CancellationToken cancellationToken)
    {
        foreach (Opened opened in await OpenAsync(cancellationToken))
        {
            if (!opened.Mounts.TryGetValue(id, out Descriptor? archive)) continue;
            if (!await spec.Target.HasBlobAsync(archive, cancellationToken))
            {
                await BringAsync(opened.Source, archive, cancellationToken);

                // What it is without compression isn't known, and doesn't matter here.
                await CheckAsync(id, new LayerBlob(archive.Digest, archive.Digest, archive.Size, archive.MediaType), cancellationToken);
                await PutAsync(spec.Target, archive, cancellationToken);
            }

            return archive;
        }

        return null;
    }

    private Task PutAsync(ICacheTarget target, Descriptor blob, CancellationToken cancellationToken) => target.PutBlobAsync(
        blob,
        offset =>
        {
            Stream stream = store.Blobs.OpenRead(blob.Digest);
            stream.Seek(offset, SeekOrigin.Begin);
            return stream;
        },
        cancellationToken);

    private async Task BringAsync(ICacheSource source, Descriptor archive, CancellationToken cancellationToken)
    {
        if (store.Blobs.Contains(archive.Digest)) return;
        await using Stream content = await source.OpenBlobAsync(archive, cancellationToken);
        await store.Blobs.ImportAsync(content, archive.Digest, archive.Size, cancellationToken);
    }

    private Task<Opened[]> OpenAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return _opened ??= OpenAllAsync(cancellationToken);
    }

    private async Task<Opened[]> OpenAllAsync(CancellationToken cancellationToken)
    {
        List<Opened> opened = [];
        foreach (ICacheSource source in sources)
        {
            try
            {
                opened.Add(new Opened(source, await SharedMountList.ReadAsync(source, cancellationToken)));
            }
            catch (Exception e) when (e is CacheSourceException or IOException or UnauthorizedAccessException)
            {
                _reporter.Warn($"the cache mounts of {source.Name} can't be read: {e.Message}; the build goes on without them");
            }
        }

        return [.. opened];
    }

    private sealed record Opened(ICacheSource Source, IReadOnlyDictionary<string, Descriptor> Mounts);
}
