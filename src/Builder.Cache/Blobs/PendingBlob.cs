using System.Security.Cryptography;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Blobs;

/// <summary>A blob on its way into the store: a temporary file and the hash of what it holds.</summary>
internal sealed class PendingBlob : BlobWriter
{
    private const int SmallestHole = 4096;
    private const long WritebackStep = 8 << 20;

    private readonly BlobStore _store;
    private readonly string _path;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;
    private long _begun;
    private bool _failed;
    private bool _published;
    private bool _ended;

    internal PendingBlob(BlobStore store, string path)
    {
        (_store, _path) = (store, path);
        try
        {
            _file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            _hash.Dispose();
            throw StoreFault.Explain("can't write a blob", path, error);
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_ended;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        _store.BeforeWrite();
        try
        {
            // The holes of a sparse file come as zeros; on the disk they become holes again, so that the blob of a huge file fits.
            if (buffer.Length >= SmallestHole && !buffer.ContainsAnyExcept((byte)0)) _file.Seek(buffer.Length, SeekOrigin.Current);
            else _file.Write(buffer);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            _failed = true;
            throw StoreFault.Explain("can't write a blob", _path, error);
        }

        _hash.AppendData(buffer);
        _length += buffer.Length;
        BeginWriteback();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A write to a local file goes to the page cache: handing it to another thread costs more than doing it.
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override Digest Commit(Digest? expected = null)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (_failed) throw new StoreException("an earlier write failed: the blob is not whole");
        Digest digest = FinishHash();
        string final = _store.PathOf(expected ?? digest);
        try
        {
            if (expected is { } wanted && wanted != digest) throw new StoreException($"the content has digest {digest} instead of {wanted}");
            if (_store.Contains(digest)) return digest;
            if (_file.Length < _length) _file.SetLength(_length);
            _file.Flush(flushToDisk: true);
            while (!(_published = _store.TryPublish(_path, digest)))
            {
                if (_store.Contains(digest)) return digest;
            }

            FileSync.Directory(_store.Directory);
            return digest;
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't store a blob", final, error);
        }
        finally
        {
            End();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) End();
        base.Dispose(disposing);
    }

    // The disk writes while the next bytes are hashed; otherwise committing a large blob waits for all of it.
    private void BeginWriteback()
    {
        if (_length - _begun < WritebackStep) return;
        FileSync.Begin(_file.SafeFileHandle, _begun, _length - _begun);
        _begun = _length;
    }

    private Digest FinishHash()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return Digest.FromSha256(hash);
    }

    private void End()
    {
        if (_ended) return;
        _ended = true;
        _file.Dispose();
        _hash.Dispose();
        if (!_published) Leftovers.TryRemove(_path);
    }
}
