using System.Buffers;
using System.Security.Cryptography;
using Builder.Oci;
using Builder.Oci.Streams;

namespace Builder.Cache.Layers;

/// <summary>Hashes what is read from another stream.</summary>
internal sealed class HashingReadStream(Stream inner) : ForwardStream
{
    private const long MaxPadding = 64 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        _hash.AppendData(buffer[..count]);
        return count;
    }

    /// <summary>Reads what is left and gives the digest of everything.</summary>
    /// <exception cref="StoreException">More is left than any archive has behind its end: a few bytes of gzip could be made to last for hours.</exception>
    internal Digest Finish(CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int count;
            for (long rest = MaxPadding; (count = Read(buffer.AsSpan())) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if ((rest -= count) < 0) throw new StoreException($"more than {MaxPadding >> 20} MiB come behind the end of its archive");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return Digest.FromSha256(hash);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
