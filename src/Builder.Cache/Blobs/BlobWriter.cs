using Builder.Oci;

namespace Builder.Cache.Blobs;

/// <summary>A write-only stream that hashes and stores what passes. Without <see cref="Commit"/> nothing is kept.</summary>
public abstract class BlobWriter : Stream
{
    /// <summary>Syncs and publishes the blob under its digest.</summary>
    /// <param name="expected">When given, anything else is refused.</param>
    /// <exception cref="StoreException">The digest differs, or the disk is full.</exception>
    public abstract Digest Commit(Digest? expected = null);
}
