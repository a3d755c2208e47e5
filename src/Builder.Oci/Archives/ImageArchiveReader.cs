using Builder.Oci.Collections;
using Builder.Oci.Compression;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Oci.Archives;

/// <summary>
/// Reads the archives of <c>docker save</c>, old and new, and OCI layouts, also compressed as a whole, from any stream and
/// in bounded memory: blobs go to a sink as they come, and are put together when the archive has been read.
/// </summary>
/// <param name="compression">Opens compressed archives and layers.</param>
public sealed class ImageArchiveReader(LayerCompression compression)
{
    /// <summary>Reads every image of an archive. Of an image made for several platforms, the one for the given platform.</summary>
    /// <exception cref="OciFormatException">No image archive, or damaged, or incomplete; the message says where.</exception>
    public async Task<IReadOnlyList<LoadedImage>> ReadAsync(Stream archive, IBlobSink sink, Platform platform, CancellationToken cancellationToken)
    {
        (Stream tar, _) = await compression.OpenAsync(archive, cancellationToken);
        ArchiveContents contents = await ArchiveContents.ReadAsync(tar, sink, cancellationToken);
        var layers = new LayerVerifier(compression, contents);
        if (contents.Document("manifest.json") is { } manifest) return await new DockerArchiveLayout(contents, layers).ReadAsync(manifest, cancellationToken);
        if (contents.Document("index.json") is { } index) return await new OciArchiveLayout(contents, layers, platform).ReadAsync(index, cancellationToken);
        throw new OciFormatException(contents.Document("repositories") is null
            ? "this is no image archive: it has neither manifest.json nor index.json"
            : "this archive has no manifest.json: it was written by a Docker older than 1.10, which is not supported");
    }
}

/// <summary>What manifest.json says: paths of configs and layers.</summary>
internal sealed class DockerArchiveLayout(ArchiveContents contents, LayerVerifier layers)
{
    internal async Task<IReadOnlyList<LoadedImage>> ReadAsync(byte[] document, CancellationToken cancellationToken)
    {
        EquatableArray<DockerArchiveImage> entries = OciJson.ReadDockerArchive(document);
        if (entries.Count == 0) throw new OciFormatException("manifest.json names no image");
        var images = new List<LoadedImage>();
        foreach (DockerArchiveImage entry in entries)
        {
            if (string.IsNullOrEmpty(entry.Config)) throw new OciFormatException("manifest.json has an image without a config");
            (Digest digest, long size) = contents.Find(entry.Config) ?? throw Missing(entry.Config);
            byte[] configBytes = await contents.ReadSmallAsync(digest, size, "image config", cancellationToken);
            ImageConfig config = OciJson.ReadConfig(configBytes);
            if (config.RootFs.DiffIds.Count != entry.Layers.Count)
                throw new OciFormatException($"manifest.json gives {entry.Layers.Count} layers for {entry.Config}, which has {config.RootFs.DiffIds.Count}");
            var loaded = new List<LoadedLayer>();
            for (int i = 0; i < entry.Layers.Count; i++)
            {
                (Digest blob, long blobSize) = contents.Find(entry.Layers[i]) ?? throw Missing(entry.Layers[i]);
                loaded.Add(await layers.VerifyAsync(blob, blobSize, config.RootFs.DiffIds[i], cancellationToken));
            }

            images.Add(new LoadedImage(configBytes, config, [.. loaded], [.. entry.RepoTags.Select(Name)]));
        }

        return images;
    }

    private static OciFormatException Missing(string path) => new($"manifest.json names '{path}', which is not in the archive");

    private static ImageReference Name(string text)
    {
        if (ImageReference.TryParse(text, out ImageReference? name) && name.Tag is not null) return name;
        throw new OciFormatException($"manifest.json gives an image the name '{text}', which is not a tagged name");
    }
}

/// <summary>What index.json says: manifests, indexes and what they lead to.</summary>
internal sealed class OciArchiveLayout(ArchiveContents contents, LayerVerifier layers, Platform platform)
{
    private const int MaxNesting = 4;

    internal async Task<IReadOnlyList<LoadedImage>> ReadAsync(byte[] document, CancellationToken cancellationToken)
    {
        if (contents.Document("oci-layout") is null) throw new OciFormatException("this is no image archive: index.json stands without oci-layout");
        var names = new List<(Digest Manifest, ImageReference? Name)>();
        foreach (Descriptor descriptor in OciJson.ReadIndex(document).Manifests.Where(descriptor => !IsAttestation(descriptor)))
            names.Add(((await ManifestOfAsync(descriptor, 0, cancellationToken)).Digest, NameOf(descriptor)));
        if (names.Count == 0) throw new OciFormatException("index.json names no image");
        var images = new List<LoadedImage>();
        foreach (IGrouping<Digest, (Digest Manifest, ImageReference? Name)> group in names.GroupBy(pair => pair.Manifest))
            images.Add(await ReadImageAsync(group.Key, [.. group.Select(pair => pair.Name).OfType<ImageReference>().Distinct()], cancellationToken));
        return images;
    }

    private static bool IsAttestation(Descriptor descriptor) =>
        descriptor.Annotations?.ContainsKey("vnd.docker.reference.type") == true || descriptor.Platform is { Os: "unknown" };

    // A bare word in ref.name is a tag of a name that isn't told.
    private static ImageReference? NameOf(Descriptor descriptor)
    {
        if (descriptor.Annotations is not { } annotations) return null;
        if (annotations.TryGetValue("io.containerd.image.name", out string? name) && ImageReference.TryParse(name, out ImageReference? full) && full.Tag is not null) return full;
        return annotations.TryGetValue("org.opencontainers.image.ref.name", out name) && name.AsSpan().ContainsAny(':', '/')
            && ImageReference.TryParse(name, out ImageReference? reference) && reference.Tag is not null ? reference : null;
    }

    private async Task<Descriptor> ManifestOfAsync(Descriptor descriptor, int depth, CancellationToken cancellationToken)
    {
        if (descriptor.MediaType is not (MediaTypes.OciIndex or MediaTypes.DockerManifestList)) return descriptor;
        if (depth == MaxNesting) throw new OciFormatException($"indexes are nested more than {MaxNesting} deep");
        ImageIndex index = OciJson.ReadIndex(await ReadBlobAsync(descriptor, "image index", cancellationToken));
        Descriptor chosen = PlatformChoice.Choose(index, platform)
            ?? throw new OciFormatException($"the archive has no image for {platform}; it has {PlatformChoice.Describe(index)}");
        return await ManifestOfAsync(chosen, depth + 1, cancellationToken);
    }

    private async Task<LoadedImage> ReadImageAsync(Digest digest, EquatableArray<ImageReference> names, CancellationToken cancellationToken)
    {
        (Digest Digest, long Size) found = Find(digest, "manifest");
        ImageManifest manifest = OciJson.ReadManifest(await contents.ReadSmallAsync(found.Digest, found.Size, "image manifest", cancellationToken));
        byte[] configBytes = await ReadBlobAsync(manifest.Config, "image config", cancellationToken);
        ImageConfig config = OciJson.ReadConfig(configBytes);
        if (config.RootFs.DiffIds.Count != manifest.Layers.Count)
            throw new OciFormatException($"the manifest {digest} has {manifest.Layers.Count} layers, its config {config.RootFs.DiffIds.Count}");
        var loaded = new List<LoadedLayer>();
        for (int i = 0; i < manifest.Layers.Count; i++)
        {
            Descriptor layer = manifest.Layers[i];
            (Digest blob, long size) = Find(layer.Digest, "layer");
            if (size != layer.Size) throw WrongSize(layer, size);
            loaded.Add(await layers.VerifyAsync(blob, size, config.RootFs.DiffIds[i], cancellationToken));
        }

        return new LoadedImage(configBytes, config, [.. loaded], names);
    }

    private static OciFormatException WrongSize(Descriptor descriptor, long size) =>
        new($"the blob {descriptor.Digest} has {size} bytes where its descriptor gives {descriptor.Size}");

    private async Task<byte[]> ReadBlobAsync(Descriptor descriptor, string what, CancellationToken cancellationToken)
    {
        (Digest digest, long size) = Find(descriptor.Digest, what);
        if (size != descriptor.Size) throw WrongSize(descriptor, size);
        return await contents.ReadSmallAsync(digest, size, what, cancellationToken);
    }

    // Blobs were compared with their names while they were read; only sha256 can be.
    private (Digest Digest, long Size) Find(Digest digest, string what)
    {
        if (digest.Algorithm != "sha256") throw new OciFormatException($"the {what} {digest} can't be verified: only sha256 is supported");
        (Digest Digest, long Size) found = contents.Find(ImageArchiveWriter.BlobPath(digest)) ?? throw new OciFormatException($"the {what} {digest} is not in the archive");
        return found.Digest == digest ? found : throw new OciFormatException($"the {what} {digest} is not what the archive keeps under its name");
    }
}
