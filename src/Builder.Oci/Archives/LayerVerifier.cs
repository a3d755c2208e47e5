using System.Security.Cryptography;
using Builder.Oci.Compression;
using Builder.Oci.Images;

namespace Builder.Oci.Archives;

/// <summary>Makes sure that a stored layer unpacks to what the config says.</summary>
internal sealed class LayerVerifier(LayerCompression compression, ArchiveContents contents)
{
    private readonly Dictionary<(Digest Blob, Digest DiffId), LoadedLayer> _verified = [];

    internal async Task<LoadedLayer> VerifyAsync(Digest blob, long size, Digest diffId, CancellationToken cancellationToken)
    {
        if (_verified.TryGetValue((blob, diffId), out LoadedLayer? known)) return known;
        LoadedLayer layer = blob == diffId
            ? Layer(blob, size, diffId, MediaTypes.OciLayer)
            : await DecompressAsync(blob, size, diffId, cancellationToken);
        _verified[(blob, diffId)] = layer;
        return layer;
    }

    private static LoadedLayer Layer(Digest blob, long size, Digest diffId, string mediaType) =>
        new(new Descriptor { MediaType = mediaType, Digest = blob, Size = size }, diffId);

    private async Task<LoadedLayer> DecompressAsync(Digest blob, long size, Digest diffId, CancellationToken cancellationToken)
    {
        await using Stream stored = contents.Sink.OpenRead(blob);
        (Stream content, CompressionKind kind) = await compression.OpenAsync(stored, cancellationToken);
        if (kind == CompressionKind.None) throw Mismatch(blob, diffId, blob);
        await using Stream opened = content;
        if (LayerCompression.LayerMediaType(kind) is { } mediaType)
        {
            Digest actual = Digest.FromSha256(await SHA256.HashDataAsync(opened, cancellationToken));
            return actual == diffId ? Layer(blob, size, diffId, mediaType) : throw Mismatch(blob, diffId, actual);
        }

        // No manifest could name this compression later, so the layer is kept without it.
        (Digest plain, long plainSize) = await contents.Sink.StoreAsync(opened, cancellationToken);
        return plain == diffId ? Layer(plain, plainSize, diffId, MediaTypes.OciLayer) : throw Mismatch(blob, diffId, plain);
    }

    private static OciFormatException Mismatch(Digest blob, Digest diffId, Digest actual) =>
        new($"the layer {blob} unpacks to {actual} where the config says {diffId}: the archive is damaged");
}
