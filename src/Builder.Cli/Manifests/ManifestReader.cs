using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cli.Manifests;

/// <summary>Finds out what names stand for in registries.</summary>
internal sealed class ManifestReader(IImageRegistry registry)
{
    /// <summary>What an index names an image by: one entry, or those of an index.</summary>
    /// <exception cref="ImageSourceException">It can't be had.</exception>
    public async Task<IReadOnlyList<Descriptor>> EntriesAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        RemoteDocument document = await registry.ReadManifestAsync(reference, cancellationToken);
        if (document.IsIndex) return [.. OciJson.ReadIndex(document.Bytes.Span).Manifests.Select(m => IndexEntry.From(m, reference))];
        var digest = Digest.Sha256(document.Bytes.Span);
        RemoteImage image = await registry.ResolveAsync(reference.WithDigest(digest), Platform.Current, cancellationToken);
        var entry = new Descriptor
        {
            MediaType = MediaTypeOf(document),
            Digest = digest,
            Size = document.Bytes.Length,
            Platform = new Platform(image.Config.Os, image.Config.Architecture, image.Config.Variant),
        };
        return [IndexEntry.From(entry, reference)];
    }

    /// <summary>The type a manifest or index gives itself, else OCI's.</summary>
    public static string MediaTypeOf(RemoteDocument document) => document.IsIndex
        ? OciJson.ReadIndex(document.Bytes.Span).MediaType ?? MediaTypes.OciIndex
        : OciJson.ReadManifest(document.Bytes.Span).MediaType ?? MediaTypes.OciManifest;
}
