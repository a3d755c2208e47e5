using Builder.Oci.Archives;

namespace Builder.Oci.Tests.Archives;

internal sealed class MemorySink : IBlobSink
{
    internal Dictionary<Digest, byte[]> Blobs { get; } = [];

    public async Task<(Digest Digest, long Size)> StoreAsync(Stream content, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        byte[] bytes = copy.ToArray();
        var digest = Digest.Sha256(bytes);
        Blobs[digest] = bytes;
        return (digest, bytes.Length);
    }

    public Stream OpenRead(Digest digest) => new MemoryStream(Blobs[digest], writable: false);
}
