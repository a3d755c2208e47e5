using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Streams;

namespace Builder.Cli.Manifests;

/// <summary>A blob of a registry, opened when it is first read.</summary>
/// <param name="registry">Where it is.</param>
/// <param name="repository">The repository.</param>
/// <param name="blob">Which.</param>
/// <param name="offset">Bytes to leave out; they are read all the same, since the digest is that of the whole.</param>
internal sealed class RemoteBlobStream(IImageRegistry registry, ImageReference repository, Descriptor blob, long offset) : AsyncForwardStream
{
    private Stream? _open;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _open ??= await OpenAsync(cancellationToken);
        return await _open.ReadAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _open?.Dispose();
        base.Dispose(disposing);
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        Stream stream = await registry.OpenBlobAsync(repository, blob, cancellationToken);
        byte[] passed = new byte[64 << 10];
        for (long rest = offset; rest > 0;)
        {
            int count = await stream.ReadAsync(passed.AsMemory(0, (int)Math.Min(rest, passed.Length)), cancellationToken);
            if (count == 0) throw new ImageSourceException($"{repository}: the blob {blob.Digest} became shorter");
            rest -= count;
        }

        return stream;
    }
}
