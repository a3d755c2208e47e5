using System.Collections.Immutable;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Oci.Archives;

/// <summary>
/// Writes images as one tar. Small documents come first, so that a reader of a pipe knows early what to expect; a blob
/// that several images share is written once; the same images give the same bytes.
/// </summary>
public static class ImageArchiveWriter
{
    /// <summary>The file that names what is in a layout.</summary>
    public const string IndexName = "index.json";

    private const string NameAnnotation = "io.containerd.image.name";
    private const string TagAnnotation = "org.opencontainers.image.ref.name";

    /// <summary>A layout as one tar; the output stays open.</summary>
    public static ILayoutTarget ToTar(Stream output) => new TarLayout(output);

    /// <summary>Writes the archive and leaves the output open.</summary>
    /// <exception cref="ArgumentException">Layers don't match the config, a Docker archive is to have a compressed layer, or a name has no tag.</exception>
    public static Task WriteAsync(Stream output, IReadOnlyList<ArchiveImage> images, ImageArchiveFormat format, CancellationToken cancellationToken) =>
        WriteAsync(new TarLayout(output), images, format, cancellationToken);

    /// <summary>Writes the same files elsewhere.</summary>
    /// <exception cref="ArgumentException">Layers don't match the config, a Docker archive is to have a compressed layer, or a name has no tag.</exception>
    public static async Task WriteAsync(ILayoutTarget output, IReadOnlyList<ArchiveImage> images, ImageArchiveFormat format, CancellationToken cancellationToken)
    {
        var small = new SortedDictionary<Digest, byte[]>();
        var layers = new List<ArchiveLayer>();
        var seen = new HashSet<Digest>();
        var index = new List<Descriptor>();
        var legacy = new List<DockerArchiveImage>();
        foreach (ArchiveImage image in images)
        {
            ImageConfig config = OciJson.ReadConfig(image.ConfigBytes.Span);
            Check(image, config, format);
            Descriptor manifest = AddDocuments(small, image, config);
            index.AddRange(IndexEntries(manifest, image.Names));
            legacy.Add(LegacyEntry(image));
            layers.AddRange(image.Layers.Where(layer => seen.Add(layer.Descriptor.Digest)));
        }

        byte[] top = OciJson.WriteIndex(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [.. index] });
        byte[]? dockerManifest = format == ImageArchiveFormat.Docker ? OciJson.WriteDockerArchive([.. legacy]) : null;
        await WriteFilesAsync(output, top, dockerManifest, small, layers, cancellationToken);
    }

    /// <summary>Writes an OCI layout with one index, and leaves the output open.</summary>
    /// <exception cref="ArgumentException">Layers don't match a config, or a name has no tag.</exception>
    public static Task WriteIndexAsync(Stream output, ArchiveIndex index, CancellationToken cancellationToken) =>
        WriteIndexAsync(new TarLayout(output), index, cancellationToken);

    /// <summary>Writes the same files elsewhere.</summary>
    /// <exception cref="ArgumentException">Layers don't match a config, or a name has no tag.</exception>
    public static async Task WriteIndexAsync(ILayoutTarget output, ArchiveIndex index, CancellationToken cancellationToken)
    {
        var small = new SortedDictionary<Digest, byte[]>();
        var layers = new List<ArchiveLayer>();
        var seen = new HashSet<Digest>();
        var (entries, attestations) = (new List<Descriptor>(), new List<Descriptor>());
        foreach (PlatformImage each in index.Images)
        {
            ImageConfig config = OciJson.ReadConfig(each.Image.ConfigBytes.Span);
            Check(each.Image with { Names = index.Names }, config, ImageArchiveFormat.Oci);
            Descriptor manifest = AddDocuments(small, each.Image, config) with { Platform = null };
            entries.Add(IndexWriter.Entry(manifest, each.Platform, index.Annotations.Of(AnnotationKind.ManifestDescriptor, each.Platform)));
            layers.AddRange(each.Image.Layers.Where(layer => seen.Add(layer.Descriptor.Digest)));
            if (each.Attestations.Count == 0) continue;
            AttestationManifest written = AttestationManifest.Write(manifest, each.Platform, index.Names, each.Attestations);
            foreach ((Descriptor document, byte[] content) in written.Documents) small[document.Digest] = content;
            attestations.Add(written.Entry);
        }

        (byte[] bytes, Descriptor descriptor) = IndexWriter.Write(entries.Concat(attestations), oci: true, index.Annotations.Of(AnnotationKind.Index, null));
        small[descriptor.Digest] = bytes;
        IEnumerable<Descriptor> named = IndexEntries(descriptor, index.Names).Select(entry => Annotated(entry, index.Annotations.Of(AnnotationKind.IndexDescriptor, null)));
        await WriteFilesAsync(output, OciJson.WriteIndex(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [.. named] }), null, small, layers, cancellationToken);
    }

    private static async Task WriteFilesAsync(
        ILayoutTarget output, byte[] index, byte[]? dockerManifest, SortedDictionary<Digest, byte[]> small, List<ArchiveLayer> layers, CancellationToken cancellationToken)
    {
        await WriteDocumentAsync(output, "oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray(), cancellationToken);
        await WriteDocumentAsync(output, IndexName, index, cancellationToken);
        if (dockerManifest is not null) await WriteDocumentAsync(output, "manifest.json", dockerManifest, cancellationToken);
        foreach (string directory in (ReadOnlySpan<string>)["blobs", "blobs/sha256"]) output.MakeDirectory(directory);
        foreach ((Digest digest, byte[] content) in small) await WriteDocumentAsync(output, BlobPath(digest), content, cancellationToken);
        foreach (ArchiveLayer layer in layers) await WriteLayerAsync(output, layer, cancellationToken);
        await output.CompleteAsync(cancellationToken);
    }

    internal static string BlobPath(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    private static void Check(ArchiveImage image, ImageConfig config, ImageArchiveFormat format)
    {
        if (!config.RootFs.DiffIds.SequenceEqual(image.Layers.Select(layer => layer.DiffId)))
            throw new ArgumentException("the layers are not those of the config", nameof(image));
        if (format == ImageArchiveFormat.Docker && image.Layers.FirstOrDefault(layer => layer.Descriptor.Digest != layer.DiffId) is { } compressed)
            throw new ArgumentException($"the layer {compressed.DiffId} is compressed; a Docker archive holds uncompressed layers", nameof(image));
        if (image.Names.FirstOrDefault(name => name.Tag is null) is { } untagged) throw new ArgumentException($"the name {untagged} has no tag", nameof(image));
    }

    private static Descriptor AddDocuments(SortedDictionary<Digest, byte[]> small, ArchiveImage image, ImageConfig config)
    {
        byte[] configBytes = image.ConfigBytes.ToArray();
        Digest configDigest = Digest.Sha256(configBytes);
        small[configDigest] = configBytes;
        var configDescriptor = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = configDigest, Size = configBytes.Length };
        (byte[] manifest, Descriptor descriptor) = ManifestWriter.Write(configDescriptor, [.. image.Layers.Select(layer => layer.Descriptor)], oci: true, image.Annotations);
        small[descriptor.Digest] = manifest;
        return descriptor with
        {
            Platform = config.Os.Length == 0 || config.Architecture.Length == 0 ? null : new Platform(config.Os, config.Architecture, config.Variant),
        };
    }

    private static IEnumerable<Descriptor> IndexEntries(Descriptor manifest, EquatableArray<ImageReference> names) => names.Count == 0
        ? [manifest]
        : names.Select(name => manifest with
        {
            Annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
                .Add(NameAnnotation, TaggedName(name)).Add(TagAnnotation, name.Tag ?? ""),
        });

    private static Descriptor Annotated(Descriptor descriptor, ImmutableSortedDictionary<string, string> annotations) =>
        annotations.IsEmpty ? descriptor : descriptor with { Annotations = (descriptor.Annotations ?? annotations).SetItems(annotations) };

    private static DockerArchiveImage LegacyEntry(ArchiveImage image) => new()
    {
        Config = BlobPath(Digest.Sha256(image.ConfigBytes.Span)),
        RepoTags = [.. image.Names.Select(name => $"{name.FamiliarRepository}:{name.Tag}")], // as docker save writes them
        Layers = [.. image.Layers.Select(layer => BlobPath(layer.Descriptor.Digest))],
    };

    private static string TaggedName(ImageReference name) => $"{name.Repository}:{name.Tag}";

    private static async Task WriteLayerAsync(ILayoutTarget output, ArchiveLayer layer, CancellationToken cancellationToken)
    {
        await using Stream content = layer.Open();
        await output.WriteAsync(BlobPath(layer.Descriptor.Digest), layer.Descriptor.Size, content, cancellationToken);
        if (await content.ReadAsync(new byte[1], cancellationToken) != 0)
            throw new OciFormatException($"the layer {layer.Descriptor.Digest} is longer than the {layer.Descriptor.Size} bytes its descriptor gives");
    }

    private static Task WriteDocumentAsync(ILayoutTarget output, string name, byte[] content, CancellationToken cancellationToken) =>
        output.WriteAsync(name, content.Length, new MemoryStream(content), cancellationToken);
}
