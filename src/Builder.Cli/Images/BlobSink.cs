using Builder.Cache.Blobs;
using Builder.Oci;
using Builder.Oci.Archives;

namespace Builder.Cli.Images;

/// <summary>Keeps what the reader of an archive finds in the store.</summary>
internal sealed class BlobSink(BlobStore blobs) : IBlobSink
{
    /// <inheritdoc/>
    public async Task<(Digest Digest, long Size)> StoreAsync(Stream content, CancellationToken cancellationToken)
    {
        Digest digest = await blobs.ImportAsync(content, expectedDigest: null, expectedSize: null, cancellationToken);
        return (digest, blobs.SizeOf(digest));
    }

    /// <inheritdoc/>
    public Stream OpenRead(Digest digest) => blobs.OpenRead(digest);
}
