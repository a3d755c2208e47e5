using Builder.Cache.Blobs;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Compression;

namespace Builder.Cache.Layers;

/// <summary>
/// Compresses layers for registries and archives. What a layer became is remembered by its diff id, so that it is compressed once;
/// the memory outlives the blob, since a registry that has it needs only its name.
/// </summary>
public sealed class LayerConverter
{
    private const int MaxFileSize = 4096;

    private readonly StoreLayout _layout;
    private readonly StoreOwner _owner;
    private readonly BlobStore _blobs;

    internal LayerConverter(StoreLayout layout, StoreOwner owner, BlobStore blobs) => (_layout, _owner, _blobs) = (layout, owner, blobs);

    /// <summary>What a layer is known to become, without any work; its blob may not be in the store. Null when that isn't known.</summary>
    public LayerBlob? FindConverted(LayerBlob layer, CompressionChoice choice)
    {
        if (KeepsForm(layer, choice)) return layer;
        if (choice.Kind == CompressionKind.None) return _blobs.Contains(layer.DiffId) ? Uncompressed(layer) : null;
        ConvertedFile? file = StoreFiles.ReadJson(FileOf(layer, choice), StoreJsonContext.Default.ConvertedFile, MaxFileSize);
        return file is not null && Digest.TryParse(file.BlobDigest, out Digest digest) ? Compressed(layer, choice, digest, file.Size) : null;
    }

    /// <summary>The layer in the form that was chosen, its blob in the store.</summary>
    /// <exception cref="StoreException">The layer is gone or damaged, or the disk is full.</exception>
    public async Task<LayerBlob> ConvertAsync(LayerBlob layer, CompressionChoice choice, CancellationToken cancellationToken)
    {
        if (FindPresent(layer, choice) is { } known) return known;
        string lockFile = _layout.WorkLock($"compress-{layer.DiffId.Hex}-{(choice.Kind == CompressionKind.None ? "none" : choice.CodecName)}");
        using FileLock held = await FileLock.AcquireAsync(lockFile, FileLockKind.Exclusive, cancellationToken);
        try
        {
            return FindPresent(layer, choice) ?? await MakeAsync(layer, choice, cancellationToken);
        }
        catch (OciFormatException error)
        {
            throw new StoreException($"layer {layer.DiffId}: {error.Message}", error);
        }
        finally
        {
            File.Delete(lockFile);
        }
    }

    private static bool KeepsForm(LayerBlob layer, CompressionChoice choice)
    {
        CompressionKind present = KindOf(layer);
        if (present == CompressionKind.None) return choice.Kind == CompressionKind.None;
        return !choice.Force || (present == choice.Kind && choice.Level is null);
    }

    private static CompressionKind KindOf(LayerBlob layer) =>
        layer.BlobDigest == layer.DiffId ? CompressionKind.None
        : layer.MediaType.EndsWith("zstd", StringComparison.Ordinal) ? CompressionKind.Zstd
        : CompressionKind.Gzip;

    private static LayerBlob Compressed(LayerBlob layer, CompressionChoice choice, Digest digest, long size) =>
        new(layer.DiffId, digest, size, LayerCompression.LayerMediaType(choice.Kind)!); // gzip and zstd have one

    private LayerBlob Uncompressed(LayerBlob layer) => new(layer.DiffId, layer.DiffId, _blobs.SizeOf(layer.DiffId), MediaTypes.OciLayer);

    private LayerBlob? FindPresent(LayerBlob layer, CompressionChoice choice) =>
        FindConverted(layer, choice) is { } known && _blobs.Contains(known.BlobDigest) ? known : null;

    private string FileOf(LayerBlob layer, CompressionChoice choice) => Path.Combine(_layout.Converted, $"{layer.DiffId.Hex}-{choice.CodecName}");

    private async Task<LayerBlob> MakeAsync(LayerBlob layer, CompressionChoice choice, CancellationToken cancellationToken)
    {
        Digest source = _blobs.Contains(layer.DiffId) ? layer.DiffId : layer.BlobDigest;
        await using Stream stored = _blobs.OpenRead(source);
        Stream content = source == layer.DiffId ? stored : (await SystemCodecs.Layers.OpenAsync(stored, cancellationToken)).Content;
        await using var hashing = new HashingReadStream(content);
        if (choice.Kind == CompressionKind.None)
        {
            await _blobs.ImportAsync(hashing, layer.DiffId, expectedSize: null, cancellationToken);
            return Uncompressed(layer);
        }

        await using BlobWriter writer = _blobs.Create();
        await BlockCompressor.ForThisMachine.CompressAsync(hashing, writer, choice.CreateEncoder(), cancellationToken);
        Digest found = hashing.Finish(cancellationToken);
        if (found != layer.DiffId) throw new StoreException($"layer {layer.DiffId}: its content has the diff id {found}");
        long size = writer.Length;
        Digest digest = writer.Commit();
        StoreFiles.ReplaceJson(
            _owner, FileOf(layer, choice), new ConvertedFile(digest.ToString(), size), StoreJsonContext.Default.ConvertedFile, durable: false);
        return Compressed(layer, choice, digest, size);
    }
}
