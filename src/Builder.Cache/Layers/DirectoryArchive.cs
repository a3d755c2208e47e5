using Builder.Cache.Blobs;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Layers;

/// <summary>Directories that are no snapshots, such as those of cache mounts, as layers and back. The directory itself has no entry.</summary>
public sealed class DirectoryArchive
{
    private const int BufferSize = 128 << 10;
    private readonly BlobStore _blobs;

    internal DirectoryArchive(BlobStore blobs) => _blobs = blobs;

    /// <summary>Everything in a directory as a layer; nobody may change it meanwhile.</summary>
    /// <exception cref="StoreException">It holds what a layer can't, changes, or the disk is full.</exception>
    public LayerBlob Write(string directory, CancellationToken cancellationToken)
    {
        try
        {
            using BlobWriter writer = _blobs.Create();
            var buffered = new BufferedStream(writer, BufferSize);
            using (DirectoryHandle root = DirectoryHandle.Open(directory)) LayerWriter.Write(OverlayChanges.Enumerate(root, lower: null), buffered, cancellationToken);
            buffered.Flush();
            long size = writer.Length;
            Digest digest = writer.Commit();
            return new LayerBlob(digest, digest, size, MediaTypes.OciLayer);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't archive", directory, error);
        }
    }

    /// <summary>Unpacks an archive, which may be hostile, into an empty directory.</summary>
    /// <exception cref="StoreException">It is damaged, or the disk is full; the directory is useless then.</exception>
    public void Extract(Digest archive, string directory, CancellationToken cancellationToken)
    {
        try
        {
            using Stream blob = _blobs.OpenRead(archive);
            using Stream content = SystemCodecs.Layers.Open(blob).Content;
            using SnapshotTarget target = new(directory, SnapshotKind.Overlay, []);
            LayerExtractor.Extract(new BufferedStream(content, BufferSize), target, cancellationToken);
        }
        catch (OciFormatException error)
        {
            throw new StoreException($"the archive is damaged: {error.Message}", error);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't unpack into", directory, error);
        }
    }
}
