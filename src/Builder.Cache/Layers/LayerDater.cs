using System.Globalization;
using Builder.Cache.Blobs;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Tar;

namespace Builder.Cache.Layers;

/// <summary>Writes layers again with no time later than a given one. What a layer became is remembered, so that it is done once.</summary>
public sealed class LayerDater
{
    private const int BufferSize = 128 << 10;

    private readonly StoreLayout _layout;
    private readonly StoreOwner _owner;
    private readonly BlobStore _blobs;

    internal LayerDater(StoreLayout layout, StoreOwner owner, BlobStore blobs) => (_layout, _owner, _blobs) = (layout, owner, blobs);

    /// <summary>The layer with its times capped; not compressed.</summary>
    /// <exception cref="StoreException">The layer is gone or damaged, or the disk is full.</exception>
    public async Task<LayerBlob> DateAsync(LayerBlob layer, DateTimeOffset latest, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{layer.DiffId.Hex}-dated-{latest.ToUnixTimeSeconds()}");
        string memory = Path.Combine(_layout.Converted, name);
        if (ConvertedFile.FindPlain(memory, _blobs) is { } known) return known;
        string lockFile = _layout.WorkLock(name);
        using FileLock held = await FileLock.AcquireAsync(lockFile, FileLockKind.Exclusive, cancellationToken);
        try
        {
            return ConvertedFile.FindPlain(memory, _blobs) ?? await Task.Run(() => Make(layer, latest, memory, cancellationToken), cancellationToken);
        }
        catch (Exception error) when (error is OciFormatException or TarFormatException || StoreFault.IsStorageError(error))
        {
            throw new StoreException($"layer {layer.DiffId}: its times can't be rewritten: {error.Message}", error);
        }
        finally
        {
            File.Delete(lockFile);
        }
    }

    private LayerBlob Make(LayerBlob layer, DateTimeOffset latest, string memory, CancellationToken cancellationToken)
    {
        using Stream blob = _blobs.OpenRead(layer.BlobDigest);
        using HashingReadStream content = new(SystemCodecs.Layers.Open(blob).Content);
        using BlobWriter writer = _blobs.Create();
        var buffered = new BufferedStream(writer, BufferSize);
        using (TarReader reader = new(new BufferedStream(content, BufferSize)))
        {
            var tar = new TarWriter(buffered);
            while (reader.ReadEntry() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tar.WriteEntry(Dated(entry, latest.ToUnixTimeSeconds()), reader.Content);
            }

            tar.Complete();
        }

        Digest found = content.Finish(cancellationToken);
        if (found != layer.DiffId) throw new StoreException($"layer {layer.DiffId}: its content has the diff id {found}");
        buffered.Flush();
        return ConvertedFile.KeepPlain(_owner, memory, writer);
    }

    private static TarEntry Dated(TarEntry entry, long latest) => entry.ModifiedSeconds >= latest
        ? entry with { ModifiedSeconds = latest, ModifiedNanoseconds = 0, Extents = null }
        : entry with { Extents = null };
}
