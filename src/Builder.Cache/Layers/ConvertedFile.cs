using Builder.Cache.Blobs;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Layers;

/// <summary>A file named by what was made from layers, and how: the blob it became.</summary>
internal sealed record ConvertedFile(string BlobDigest, long Size)
{
    private const int MaxSize = 4096;

    /// <summary>The uncompressed layer that a file says, when its blob is there, else null.</summary>
    internal static LayerBlob? FindPlain(string path, BlobStore blobs)
    {
        ConvertedFile? file = StoreFiles.ReadJson(path, StoreJsonContext.Default.ConvertedFile, MaxSize);
        return file is not null && Digest.TryParse(file.BlobDigest, out Digest digest) && blobs.Contains(digest)
            ? new LayerBlob(digest, digest, file.Size, MediaTypes.OciLayer)
            : null;
    }

    /// <summary>Makes a blob of what was written, and remembers it.</summary>
    internal static LayerBlob KeepPlain(StoreOwner owner, string path, BlobWriter writer)
    {
        long size = writer.Length;
        Digest digest = writer.Commit();
        StoreFiles.ReplaceJson(owner, path, new ConvertedFile(digest.ToString(), size), StoreJsonContext.Default.ConvertedFile, durable: false);
        return new LayerBlob(digest, digest, size, MediaTypes.OciLayer);
    }
}
