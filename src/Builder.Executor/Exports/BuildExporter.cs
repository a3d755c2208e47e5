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
    private const int PartMode = 0x1ED;

    private readonly FileTime? _latest = epoch is { } limit ? new FileTime(limit.ToUnixTimeSeconds(), 0) : null;
    private readonly EventReporter _reporter = new(events, time);

    /// <summary>Keeps results as images of the local store.</summary>
    /// <param name="results">One for each platform; the first is what a name means where no platform is asked for.</param>
    /// <param name="names">Their names; taken from other images when need be.</param>
    public void ExportImages(IReadOnlyList<BuildResult> results, IReadOnlyList<ImageReference> names)
    {
        const string Task = "exporting to image";
        _reporter.Task(Task, done: false, "exporting layers");
        var ids = new List<Digest>();
        foreach (BuildResult result in results)
        {
            StoredImage image = store.Images.Put(result.ConfigBytes.Span, result.Layers);
            _reporter.Task(Task, done: false, $"writing image {image.Id}");
            if (!ids.Contains(image.Id)) ids.Add(image.Id);
        }

        foreach (ImageReference name in names)
        {
            store.Images.Tag(name, ids);
            _reporter.Task(Task, done: false, $"naming to {name}");
        }

        _reporter.Task(Task, done: true);
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
            FingerprintOf([new PlatformResult(PlatformOf(result), result)], format == ImageArchiveFormat.Docker ? "docker" : "oci", names, chosen),
            output => WriteArchiveAsync(result, format, names, output, chosen, cancellationToken),
            cancellationToken);
    }

    /// <summary>Writes results of several platforms, or one with what is claimed of it, as an OCI layout with an index.</summary>
    /// <param name="results">In the order of the index.</param>
    /// <param name="names">Tagged names; may be empty.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="form">How layers are compressed and what manifests and index say besides.</param>
    /// <param name="cancellationToken">Stops it; nothing is left then.</param>
    /// <exception cref="ExportException">It can't be written; nothing is left then.</exception>
    public Task ExportIndexAsync(
        IReadOnlyList<PlatformResult> results, IReadOnlyList<ImageReference> names, ExportDestination destination, ArchiveForm form, CancellationToken cancellationToken) =>
        WriteUnlessCurrentAsync(
            "exporting to oci image format",
            destination,
            FingerprintOf(results, "index", names, form),
            async output =>
            {
                var images = new List<PlatformImage>();
                foreach (PlatformResult each in results)
                {
                    ArchiveImage image = await ArchiveImageAsync(each, ImageArchiveFormat.Oci, names, form, cancellationToken);
                    images.Add(new PlatformImage(each.Platform, image) { Attestations = each.Result.Attestations });
                }

                await ImageArchiveWriter.WriteIndexAsync(output, new ArchiveIndex([.. images], [.. names], form.Annotations), cancellationToken);
            },
            cancellationToken);

    // All that decides the bytes of an archive.
    private static Digest FingerprintOf(IReadOnlyList<PlatformResult> results, string format, IReadOnlyList<ImageReference> names, ArchiveForm form)
    {
        var key = new CacheKeyWriter("archive", version: 2);
        key.Add("format", format);
        key.Add("names", names.Select(n => n.ToString()));
        key.Add("platforms", results.Select(r => r.Platform.ToString()));
        key.Add("configs", results.Select(r => Digest.Sha256(r.Result.ConfigBytes.Span).ToString()));
        key.Add("layers", results.SelectMany(r => r.Result.Layers).SelectMany(l => (string[])[l.BlobDigest.ToString(), l.MediaType]));
        key.Add("attestations", results.SelectMany(r => r.Result.Attestations.SelectMany(a => (string[])[r.Platform.ToString(), a.PredicateType, Digest.Sha256(a.Predicate.Span).ToString()])));
        key.Add("compression", form.Compression is { } choice ? $"{choice.Kind} {choice.Level} {choice.Force}" : null);
        key.Add("annotations", form.Annotations.All.SelectMany(a => (string[])[a.Kind.ToString(), a.Platform?.ToString() ?? "", a.Name, a.Value]));
        return key.Finish().Digest;
    }

    private static Platform PlatformOf(BuildResult result) => new(result.Config.Os, result.Config.Architecture, result.Config.Variant);

    private async Task WriteUnlessCurrentAsync(
        string task, ExportDestination destination, Digest content, Func<ILayoutTarget, Task> write, CancellationToken cancellationToken)
    {
        if (destination is LayoutDestination layout)
        {
            await WriteLayoutAsync(task, layout.Path, write);
            return;
        }

        string? path = destination is FileDestination file ? Path.GetFullPath(file.Path) : null;
        if (path is not null && store.Outputs.IsCurrent(path, content))
        {
            _reporter.Task(task, done: false, $"{path} is up to date");
            _reporter.Task(task, done: true);
            return;
        }

        await WriteAsync(task, destination, output => write(ImageArchiveWriter.ToTar(output)), cancellationToken);
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
        ExportTarAsync([new TreePart(result, "", "")], destination, cancellationToken);

    /// <summary>Writes all files of several results as one tar.</summary>
    /// <exception cref="ExportException">It can't be written; nothing is left then.</exception>
    public Task ExportTarAsync(IReadOnlyList<TreePart> parts, ExportDestination destination, CancellationToken cancellationToken) =>
        WriteAsync("exporting to tar", destination, output => WriteTreesAsync(parts, output, cancellationToken), cancellationToken);

    /// <summary>Writes all files of the result into a directory, which is made when it is missing.</summary>
    /// <exception cref="ExportException">It can't be written; what was written already stays.</exception>
    public Task ExportDirectoryAsync(BuildResult result, string directory, CancellationToken cancellationToken) =>
        ExportDirectoryAsync(new TreePart(result, "", ""), directory, cancellationToken);

    /// <summary>The same, with a directory of its own below the directory when the part has one.</summary>
    /// <exception cref="ExportException">It can't be written; what was written already stays.</exception>
    public async Task ExportDirectoryAsync(TreePart part, string directory, CancellationToken cancellationToken)
    {
        const string Task = "exporting to client directory";
        _reporter.Task(Task, done: false, $"copying files to {directory}");
        try
        {
            Directory.CreateDirectory(directory);
            using DirectoryHandle root = OpenPart(directory, part.Directory);
            var writer = new TreeDirectoryWriter(root, _reporter.Warn, _latest);
            if (await SnapshotOfAsync(part.Result, cancellationToken) is { } snapshot)
            {
                using MergedTree tree = MergedTree.Open(store.Snapshots, snapshot);
                writer.Write(tree, cancellationToken);
                foreach (ExtraFile file in StatementFiles.Of(part, tree, cancellationToken)) writer.WriteFile(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationException or StoreException)
        {
            throw new ExportException($"can't export to {directory}: {e.Message}", e);
        }

        _reporter.Task(Task, done: true);
    }

    // Only the directory was named by the user: what is in it may be of an earlier build, links included.
    private static DirectoryHandle OpenPart(string directory, string part)
    {
        DirectoryHandle top = DirectoryHandle.Open(directory);
        if (part.Length == 0) return top;
        using (top)
        {
            byte[] name = UnixPath.Encode(part);
            bool exists = top.TryStat(name, out FileStatus status);
            if (exists && !status.IsDirectory) top.RemoveFile(name);
            if (!exists || !status.IsDirectory) top.MakeDirectory(name, PartMode);
            return top.OpenDirectory(name);
        }
    }

    private async Task WriteTreesAsync(IReadOnlyList<TreePart> parts, Stream output, CancellationToken cancellationToken)
    {
        var writer = new TarWriter(output);
        foreach (TreePart part in parts)
        {
            using MergedTree? tree = await SnapshotOfAsync(part.Result, cancellationToken) is { } snapshot ? MergedTree.Open(store.Snapshots, snapshot) : null;
            await TreeTarWriter.WriteTreeAsync(writer, tree, _latest, part.Directory, cancellationToken);
            foreach (ExtraFile file in tree is null ? [] : StatementFiles.Of(part, tree, cancellationToken))
                await TreeTarWriter.WriteFileAsync(writer, part.Directory.Length == 0 ? file.Name : $"{part.Directory}/{file.Name}", file.Content, _latest, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private async Task WriteArchiveAsync(
        BuildResult result, ImageArchiveFormat format, IReadOnlyList<ImageReference> names, ILayoutTarget output, ArchiveForm form, CancellationToken cancellationToken)
    {
        ArchiveImage image = await ArchiveImageAsync(new PlatformResult(PlatformOf(result), result), format, names, form, cancellationToken);
        await ImageArchiveWriter.WriteAsync(output, [image], format, cancellationToken);
    }

    private async Task<ArchiveImage> ArchiveImageAsync(
        PlatformResult each, ImageArchiveFormat format, IReadOnlyList<ImageReference> names, ArchiveForm form, CancellationToken cancellationToken)
    {
        var layers = new List<ArchiveLayer>();
        foreach (LayerBlob layer in each.Result.Layers)
        {
            LayerBlob written = format == ImageArchiveFormat.Docker ? await UncompressedAsync(layer, cancellationToken)
                : form.Compression is { } compression ? await store.Converter.ConvertAsync(layer, compression, cancellationToken)
                : layer;
            var descriptor = new Descriptor { MediaType = written.MediaType, Digest = written.BlobDigest, Size = written.Size };
            layers.Add(new ArchiveLayer(descriptor, layer.DiffId, () => store.Blobs.OpenRead(written.BlobDigest)));
        }

        return new ArchiveImage(each.Result.ConfigBytes, [.. layers], [.. names]) { Annotations = form.Annotations.Of(AnnotationKind.Manifest, each.Platform) };
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

    private async Task WriteLayoutAsync(string task, string directory, Func<ILayoutTarget, Task> write)
    {
        _reporter.Task(task, done: false, $"writing {directory}");
        try
        {
            Directory.CreateDirectory(directory);
            await write(new DirectoryLayout(directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StoreException or OciFormatException)
        {
            throw new ExportException($"can't write {directory}: {e.Message}", e);
        }

        _reporter.Task(task, done: true);
    }

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
