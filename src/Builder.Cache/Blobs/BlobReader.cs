using System.Security.Cryptography;
using Builder.Oci;

namespace Builder.Cache.Blobs;

/// <summary>Reads a blob and verifies it meanwhile: its end is never reached when it is damaged, there is an error instead.</summary>
/// <param name="store">Told of the damage.</param>
/// <param name="digest">What it should be.</param>
/// <param name="file">Its file.</param>
internal sealed class BlobReader(BlobStore store, Digest digest, FileStream file) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly long _length = file.Length;
    private long _hashed;
    private bool _isVerified;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => file.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = file.Read(buffer);
        Pass(buffer[..read]);
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await file.ReadAsync(buffer, cancellationToken);
        Pass(buffer.Span[..read]);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        long position = file.Seek(offset, origin);
        if (position == 0) Restart();
        return position;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Restart()
    {
        if (_hashed > 0) _hash.GetHashAndReset();
        _hashed = 0;
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        if (_isVerified) return;
        // Only what follows on: who jumps about and never reads it from beginning to end is told nothing.
        if (file.Position - bytes.Length == _hashed)
        {
            _hash.AppendData(bytes);
            _hashed += bytes.Length;
        }

        // The last bytes are not handed out before all are known to be right.
        if (_hashed == _length) Verify();
    }

    private void Verify()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        _hashed = 0;
        _isVerified = Digest.FromSha256(hash) == digest;
        if (!_isVerified) throw store.Damaged(digest);
    }
}
