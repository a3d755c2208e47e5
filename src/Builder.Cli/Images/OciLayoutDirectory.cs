using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cli.Images;

/// <summary>An OCI layout that is a directory (OCI image-spec, image-layout.md).</summary>
/// <param name="directory">Absolute.</param>
/// <param name="shown">As typed.</param>
/// <param name="store">What images are taken into.</param>
internal sealed class OciLayoutDirectory(string directory, string shown, BuilderStore store)
{
    private const string RefName = "org.opencontainers.image.ref.name";
    private const string DefaultTag = "latest";
    private const int MaxDocument = 4 << 20;
    private const int MaxNesting = 4;

    /// <summary>Takes <c>path[:tag][@digest]</c> apart.</summary>
    /// <exception cref="CommandException">The digest is none.</exception>
    public static (string Path, string? Tag, Digest? Digest) ParseReference(string text)
    {
        Digest? digest = null;
        int at = text.LastIndexOf('@');
        if (at >= 0)
        {
            if (!Digest.TryParse(text[(at + 1)..], out Digest parsed)) throw CommandException.Usage($"oci-layout://{text}: '{text[(at + 1)..]}' is not a digest");
            (digest, text) = (parsed, text[..at]);
        }

        int colon = text.LastIndexOf(':');
        return colon > text.LastIndexOf('/') ? (text[..colon], text[(colon + 1)..], digest) : (text, null, digest);
    }

    /// <summary>Takes an image into the store, every blob verified.</summary>
    /// <returns>The image and the digest of its manifest.</returns>
    /// <exception cref="OciFormatException">No layout, no such image, or not what its digests say.</exception>
    public async Task<(StoredImage Image, Digest Manifest)> LoadAsync(string? tag, Digest? digest, Platform platform, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(directory, "oci-layout"))) throw new OciFormatException($"{shown} is no OCI layout: it has no file oci-layout");
        ImageIndex index = OciJson.ReadIndex(await ReadAsync(Path.Combine(directory, "index.json"), cancellationToken));
        Descriptor descriptor = digest is { } wanted
            ? index.Manifests.FirstOrDefault(m => m.Digest == wanted) ?? DescriptorOf(wanted)
            : index.Manifests.FirstOrDefault(m => NameOf(m) == (tag ?? DefaultTag)) ?? throw NoSuchTag(index, tag);
        for (int depth = 0; ; depth++)
        {
            byte[] document = await ReadBlobAsync(descriptor, cancellationToken);
            ImageIndex? nested = descriptor.MediaType is MediaTypes.OciIndex or MediaTypes.DockerManifestList ? OciJson.ReadIndex(document) : null;
            if (nested is null) return (await ImportAsync(OciJson.ReadManifest(document), descriptor.Digest, cancellationToken), descriptor.Digest);
            if (depth == MaxNesting) throw new OciFormatException($"{shown}: indexes are nested more than {MaxNesting} deep");
            descriptor = PlatformChoice.Choose(nested, platform)
                ?? throw new OciFormatException($"{shown} has no image for {platform}; it has {PlatformChoice.Describe(nested)}");
        }
    }

    // Only a manifest can be meant by a bare digest that the index doesn't list.
    private Descriptor DescriptorOf(Digest digest)
    {
        var file = new FileInfo(PathOf(digest));
        return file.Exists
            ? new Descriptor { MediaType = MediaTypes.OciManifest, Digest = digest, Size = file.Length }
            : throw new OciFormatException($"{shown} has no image {digest}");
    }

    private OciFormatException NoSuchTag(ImageIndex index, string? tag)
    {
        string[] names = [.. index.Manifests.Select(NameOf).OfType<string>()];
        return new OciFormatException($"{shown} has no image tagged '{tag ?? DefaultTag}'; it has {(names.Length == 0 ? "none with a tag" : string.Join(", ", names))}");
    }

    // Some write the whole name of the image where the tag belongs.
    private static string? NameOf(Descriptor descriptor)
    {
        string? name = descriptor.Annotations?.GetValueOrDefault(RefName);
        return name is not null && name.Contains(':', StringComparison.Ordinal) ? name[(name.LastIndexOf(':') + 1)..] : name;
    }

    private async Task<StoredImage> ImportAsync(ImageManifest manifest, Digest digest, CancellationToken cancellationToken)
    {
        byte[] configBytes = await ReadBlobAsync(manifest.Config, cancellationToken);
        ImageConfig config = OciJson.ReadConfig(configBytes);
        if (config.RootFs.DiffIds.Count != manifest.Layers.Count)
            throw new OciFormatException($"the manifest {digest} has {manifest.Layers.Count} layers, its config {config.RootFs.DiffIds.Count}");
        var layers = new List<LayerBlob>();
        for (int i = 0; i < manifest.Layers.Count; i++)
        {
            Descriptor layer = manifest.Layers[i];
            if (!store.Blobs.Contains(layer.Digest))
            {
                await using FileStream content = OpenBlob(layer.Digest);
                await store.Blobs.ImportAsync(content, layer.Digest, layer.Size, cancellationToken);
            }

            layers.Add(new LayerBlob(config.RootFs.DiffIds[i], layer.Digest, layer.Size, layer.MediaType));
        }

        return store.Images.Put(configBytes, [.. layers]);
    }

    private async Task<byte[]> ReadBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        byte[] content = await ReadAsync(PathOf(descriptor.Digest), cancellationToken);
        return Digest.Sha256(content) == descriptor.Digest ? content : throw new OciFormatException($"{shown}: the blob {descriptor.Digest} is not what its name says");
    }

    private FileStream OpenBlob(Digest digest) => RegularFile.OpenRead(PathOf(digest));

    private string PathOf(Digest digest) => digest.Algorithm == "sha256"
        ? Path.Combine(directory, "blobs", "sha256", digest.Hex)
        : throw new OciFormatException($"{shown}: {digest} can't be verified: only sha256 is supported");

    private async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = RegularFile.OpenRead(path);
        if (file.Length > MaxDocument) throw new OciFormatException($"{shown}: {Path.GetFileName(path)} is larger than {MaxDocument >> 20} MiB");
        byte[] content = new byte[file.Length];
        await file.ReadExactlyAsync(content, cancellationToken);
        return content;
    }
}
