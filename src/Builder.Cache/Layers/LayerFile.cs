using Builder.Oci;

namespace Builder.Cache.Layers;

/// <summary>A snapshot's <c>layer.json</c>: the blob that was made of it, or that it was unpacked from.</summary>
internal sealed record LayerFile(string DiffId, string BlobDigest, long Size, string MediaType)
{
    /// <summary>Whether the blob was made of the snapshot here, so that making it again gives the same bytes.</summary>
    public bool? IsOwn { get; init; }

    internal static LayerFile From(LayerBlob blob) => new(blob.DiffId.ToString(), blob.BlobDigest.ToString(), blob.Size, blob.MediaType);

    /// <summary>What it says, or null when it is damaged.</summary>
    internal LayerBlob? ToBlob() => Digest.TryParse(DiffId, out Digest diffId) && Digest.TryParse(BlobDigest, out Digest blobDigest)
        ? new LayerBlob(diffId, blobDigest, Size, MediaType)
        : null;
}

/// <summary>A file named by a chain id: the snapshot that has these layers.</summary>
internal sealed record ChainFile(string SnapshotId);
