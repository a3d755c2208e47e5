using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cli.Manifests;

/// <summary>Brings manifests with all they name from one repository into another; within a registry blobs are mounted.</summary>
internal sealed class RepositoryCopy(IImageRegistry registry)
{
    private const int MaxNesting = 4;

    /// <summary>Makes sure that a repository has a manifest.</summary>
    /// <param name="source">Where it is, by digest.</param>
    /// <param name="target">The repository.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ImageSourceException">A registry refuses or can't be reached.</exception>
    public Task EnsureAsync(ImageReference source, ImageReference target, CancellationToken cancellationToken) => EnsureAsync(source, target, 0, cancellationToken);

    private async Task EnsureAsync(ImageReference source, ImageReference target, int depth, CancellationToken cancellationToken)
    {
        if (source.Repository == target.Repository) return;
        if (depth > MaxNesting) throw new ImageSourceException($"{source}: indexes are nested more than {MaxNesting} deep");
        RemoteDocument document = await registry.ReadManifestAsync(source, cancellationToken);
        if (document.IsIndex)
        {
            foreach (Descriptor entry in OciJson.ReadIndex(document.Bytes.Span).Manifests) await EnsureAsync(source.WithDigest(entry.Digest), target, depth + 1, cancellationToken);
        }
        else
        {
            ImageManifest manifest = OciJson.ReadManifest(document.Bytes.Span);
            ImageReference? mountFrom = source.Domain == target.Domain ? source : null;
            foreach (Descriptor blob in manifest.Layers.Append(manifest.Config).DistinctBy(b => b.Digest))
                await registry.PushBlobAsync(target, new BlobPush(blob, offset => new RemoteBlobStream(registry, source, blob, offset), mountFrom), cancellationToken);
        }

        await registry.PushManifestAsync(target.WithDigest(Digest.Sha256(document.Bytes.Span)), document.Bytes, ManifestReader.MediaTypeOf(document), cancellationToken);
    }
}
