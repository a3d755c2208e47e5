using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Keys;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Executor.Events;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Archives;
using Builder.Oci.Images;
using Builder.Oci.Tar;

namespace Builder.Executor.Exports;

/// <summary>Brings the result of a build out of the cache: into the image store, an archive or a directory.</summary>
/// <param name="store">Where the result is.</param>
/// <param name="events">Told what happens; called from one thread at a time.</param>
/// <param name="time">The clock.</param>
/// <param name="epoch">Files of trees are written with no later time than this (SOURCE_DATE_EPOCH); null for their own.</param>
public sealed class BuildExporter(BuilderStore store, Action<BuildEvent> events, TimeProvider time, DateTimeOffset? epoch = null)
{
    private readonly FileTime? _latest = epoch is { } limit ? new FileTime(limit.ToUnixTimeSeconds(), 0) : null;
    private readonly EventReporter _reporter = new(events, time);

    /// <summary>Keeps the result as an image of the local store.</summary>
    /// <param name="result">The result.</param>
    /// <param name="names">Its names; taken from other images when need be.</param>
    public StoredImage ExportImage(BuildResult result, IReadOnlyList<ImageReference> names)
    {
        const string Task = "exporting to image";
        _reporter.Task(Task, done: false, "exporting layers");
        StoredImage image = store.Images.Put(result.ConfigBytes.Span, result.Layers);
        _reporter.Task(Task, done: false, $"writing image {image.Id}");
        foreach (ImageReference name in names)
        {
            store.Images.Tag(name, image.Id);
            _reporter.Task(Task, done: false, $"naming to {name}");
        }

        _reporter.Task(Task, done: true);
        return image;
    }

    /// <summary>Writes the result as an image archive.</summary>
    /// <param name="result">The result.</param>
    /// <param name="format">Which layout.</param>
    /// <param name="names">Tagged names; may be empty.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="cancellationToken">Stops it; nothing is left then.</param>
    /// <param name="form">How layers are compressed and what the manifest says besides; null for layers as they are stored.</param>
    /// <exception cref="ExportException">It can't be written; nothing is left then.</exception>
    public Task ExportArchiveAsync(
        BuildResult result,
        ImageArchiveFormat format,
        IReadOnlyList<ImageReference> names,
        ExportDestination destination,
        CancellationToken cancellationToken,
        ArchiveForm? form = null)
    {
        string task = format == ImageArchiveFormat.Docker ? "exporting to docker image format" : "exporting to oci image format";
        ArchiveForm chosen = form ?? ArchiveForm.AsStored;
        return WriteUnlessCurrentAsync(
            task,
            destination,
            FingerprintOf(result, format, names, chosen),
            output => WriteArchiveAsync(result, format, names, output, chosen, cancellationToken),
            cancellationToken);
    }

    // All that decides the bytes of an archive.
    private static Digest FingerprintOf(BuildResult result, ImageArchiveFormat format, IReadOnlyList<ImageReference> names, ArchiveForm form)
    {
        var key = new CacheKeyWriter("archive", version: 1);
        key.Add("format", format == ImageArchiveFormat.Docker ? "docker" : "oci");
        key.Add("names", names.Select(n => n.ToString()));
        key.Add("config", Digest.Sha256(result.ConfigBytes.Span));
        key.Add("layers", result.Layers.SelectMany(l => (string[])[l.BlobDigest.ToString(), l.MediaType]));
        key.Add("compression", form.Compression is { } choice ? $"{choice.Kind} {choice.Level} {choice.Force}" : null);
        key.Add("annotations", form.Annotations.SelectMany(a => (string[])[a.Key, a.Value]));
        return key.Finish().Digest;
    }

    private async Task WriteUnlessCurrentAsync(
        string task, ExportDestination destination, Digest content, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        string? path = destination is FileDestination file ? Path.GetFullPath(file.Path) : null;
        if (path is not null && store.Outputs.IsCurrent(path, content))
        {
            _reporter.Task(task, done: false, $"{path} is up to date");
            _reporter.Task(task, done: true);
            return;
        }

        await WriteAsync(task, destination, write, cancellationToken);
        if (path is null) return;
        try
        {
            await store.Outputs.RememberAsync(path, content, cancellationToken);
        }
        catch (StoreException e)
        {
            _reporter.Warn($"the next build will write {path} again: {e.Message}");
        }
    }

    /// <summary>Writes all files of the result as one tar.</summary>
    /// <exception cref="ExportException">It can't be written; nothing is left then.</exception>
    public Task ExportTarAsync(BuildResult result, ExportDestination destination, CancellationToken cancellationToken) =>
        WriteAsync("exporting to tar", destination, output => WriteTreeAsync(result, output, cancellationToken), cancellationToken);

    /// <summary>Writes all files of the result into a directory, which is made when it is missing.</summary>
    /// <exception cref="ExportException">It can't be written; what was written already stays.</exception>
    public async Task ExportDirectoryAsync(BuildResult result, string directory, CancellationToken cancellationToken)
    {
        const string Task = "exporting to client directory";
        _reporter.Task(Task, done: false, $"copying files to {directory}");
        try
        {
            Directory.CreateDirectory(directory);
            using DirectoryHandle root = DirectoryHandle.Open(directory);
            if (await SnapshotOfAsync(result, cancellationToken) is { } snapshot)
            {
                using MergedTree tree = MergedTree.Open(store.Snapshots, snapshot);
                new TreeDirectoryWriter(root, _reporter.Warn, _latest).Write(tree, cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationException or StoreException)
        {
            throw new ExportException($"can't export to {directory}: {e.Message}", e);
        }

        _reporter.Task(Task, done: true);
    }

    private async Task WriteTreeAsync(BuildResult result, Stream output, CancellationToken cancellationToken)
    {
        using MergedTree? tree = await SnapshotOfAsync(result, cancellationToken) is { } snapshot ? MergedTree.Open(store.Snapshots, snapshot) : null;
        await TreeTarWriter.WriteAsync(tree, _latest, output, cancellationToken);
    }

    private async Task WriteArchiveAsync(
        BuildResult result, ImageArchiveFormat format, IReadOnlyList<ImageReference> names, Stream output, ArchiveForm form, CancellationToken cancellationToken)
    {
        var layers = new List<ArchiveLayer>();
        foreach (LayerBlob layer in result.Layers)
        {
            LayerBlob written = format == ImageArchiveFormat.Docker ? await UncompressedAsync(layer, cancellationToken)
                : form.Compression is { } compression ? await store.Converter.ConvertAsync(layer, compression, cancellationToken)
                : layer;
            var descriptor = new Descriptor { MediaType = written.MediaType, Digest = written.BlobDigest, Size = written.Size };
            layers.Add(new ArchiveLayer(descriptor, layer.DiffId, () => store.Blobs.OpenRead(written.BlobDigest)));
        }

        await ImageArchiveWriter.WriteAsync(output, [new ArchiveImage(result.ConfigBytes, [.. layers], [.. names]) { Annotations = form.Annotations }], format, cancellationToken);
    }

    // Kept in the store: its size stands before its bytes in an archive, and the next export finds it.
    private async Task<LayerBlob> UncompressedAsync(LayerBlob layer, CancellationToken cancellationToken)
    {
        if (layer.BlobDigest == layer.DiffId) return layer;
        if (!store.Blobs.Contains(layer.DiffId))
        {
            (Stream content, _) = await SystemCodecs.Layers.OpenAsync(store.Blobs.OpenRead(layer.BlobDigest), cancellationToken);
            await using (content) await store.Blobs.ImportAsync(content, layer.DiffId, expectedSize: null, cancellationToken);
        }

        return layer with { BlobDigest = layer.DiffId, Size = store.Blobs.SizeOf(layer.DiffId), MediaType = MediaTypes.OciLayer };
    }

    // An untouched base image may not have been unpacked.
    private async Task<Snapshot?> SnapshotOfAsync(BuildResult result, CancellationToken cancellationToken) =>
        result.Snapshot ?? await store.Layers.UnpackAsync(result.Layers, cancellationToken);

    private async Task WriteAsync(string task, ExportDestination destination, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        string place = destination is FileDestination file ? file.Path : "the output stream";
        _reporter.Task(task, done: false, $"writing {place}");
        try
        {
            await using ArchiveOutput output = ArchiveOutput.Open(destination);
            await write(output.Stream);
            await output.CompleteAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StoreException or OciFormatException or TarFormatException)
        {
            throw new ExportException($"can't write {place}: {e.Message}", e);
        }

        _reporter.Task(task, done: true);
    }
}
