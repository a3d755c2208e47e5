using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Archives;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Exporting;

/// <summary>Puts images of the store into archives.</summary>
internal sealed class StoredImages(BuilderStore store)
{
    /// <summary>An image as archives take it.</summary>
    /// <param name="configBytes">Its config.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="names">Names to write with it.</param>
    /// <param name="format">Docker archives get layers without compression.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<ArchiveImage> ForArchiveAsync(
        ReadOnlyMemory<byte> configBytes,
        EquatableArray<LayerBlob> layers,
        EquatableArray<ImageReference> names,
        ImageArchiveFormat format,
        CancellationToken cancellationToken)
    {
        var written = new List<ArchiveLayer>();
        foreach (LayerBlob layer in layers)
        {
            LayerBlob blob = format == ImageArchiveFormat.Docker ? await WithoutCompressionAsync(layer, cancellationToken) : layer;
            var descriptor = new Descriptor { MediaType = blob.MediaType, Digest = blob.BlobDigest, Size = blob.Size };
            written.Add(new ArchiveLayer(descriptor, blob.DiffId, () => store.Blobs.OpenRead(blob.BlobDigest)));
        }

        return new ArchiveImage(configBytes, [.. written], names);
    }

    // The size has to be known before the tar entry is written, so a compressed layer is unpacked into the store first.
    private async Task<LayerBlob> WithoutCompressionAsync(LayerBlob layer, CancellationToken cancellationToken)
    {
        if (layer.BlobDigest == layer.DiffId) return layer;
        if (!store.Blobs.Contains(layer.DiffId))
        {
            await using Stream stored = store.Blobs.OpenRead(layer.BlobDigest);
            (Stream content, _) = await SystemCodecs.Layers.OpenAsync(stored, cancellationToken);
            await using Stream opened = content;
            await store.Blobs.ImportAsync(opened, layer.DiffId, expectedSize: null, cancellationToken);
        }

        return new LayerBlob(layer.DiffId, layer.DiffId, store.Blobs.SizeOf(layer.DiffId), MediaTypes.OciLayer);
    }
}
