using System.Buffers;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Blobs;

/// <summary>Immutable files named by their digest. A blob is visible only when it is whole, verified and synced.</summary>
public sealed class BlobStore
{
    private const int CopyBuffer = 128 << 10;
    private readonly StoreOwner _owner;
    private readonly Action _onWrite;

    internal BlobStore(string directory, StoreOwner owner, Action onWrite) => (Directory, _owner, _onWrite) = (directory, owner, onWrite);

    internal string Directory { get; }

    /// <summary>Whether the blob is there.</summary>
    public bool Contains(Digest digest) => IsKept(digest) && File.Exists(PathOf(digest));

    /// <summary>Size in bytes.</summary>
    /// <exception cref="StoreException">No such blob.</exception>
    public long SizeOf(Digest digest)
    {
        FileInfo file = new(PathOf(digest));
        return file.Exists ? file.Length : throw Missing(digest, inner: null);
    }

    /// <summary>Opens a blob for reading.</summary>
    /// <exception cref="StoreException">No such blob.</exception>
    public FileStream OpenRead(Digest digest)
    {
        string path = PathOf(digest);
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
            });
        }
        catch (Exception error) when (StoreFault.IsMissing(error))
        {
            throw Missing(digest, error);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't read a blob", path, error);
        }
    }

    /// <summary>Begins a blob whose digest is not known yet.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public BlobWriter Create()
    {
        _onWrite();
        return new PendingBlob(this, _owner.NewTemporaryPath());
    }

    /// <summary>Stores a small blob.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public Digest Put(ReadOnlySpan<byte> content)
    {
        Digest digest = Digest.Sha256(content);
        if (Contains(digest)) return digest;
        using BlobWriter writer = Create();
        writer.Write(content);
        return writer.Commit(digest);
    }

    /// <summary>Stores a stream, verifying what it should be; bounded memory.</summary>
    /// <exception cref="StoreException">Digest or size differ, or the disk is full. Nothing is kept then.</exception>
    public async Task<Digest> ImportAsync(Stream content, Digest? expectedDigest, long? expectedSize, CancellationToken cancellationToken)
    {
        if (expectedDigest is { } wanted) RequireSha256(wanted);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            await using BlobWriter writer = Create();
            long size = 0;
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                size += read;
                // Stops at once: what claims to be small must not fill the disk first.
                if (size > expectedSize) throw new StoreException($"{NameFor(expectedDigest)} is larger than the {expectedSize} bytes it should have");
                await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            if (expectedSize is { } expected && size != expected)
                throw new StoreException($"{NameFor(expectedDigest)} has {size} bytes instead of {expected}");
            cancellationToken.ThrowIfCancellationRequested();
            return writer.Commit(expectedDigest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Removes a blob; nothing when there is none. Whoever calls makes sure that nobody needs it.</summary>
    /// <exception cref="StoreException">It can't be removed.</exception>
    public void Delete(Digest digest)
    {
        string path = PathOf(digest);
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't remove a blob", path, error);
        }
    }

    /// <summary>All blobs, in no order.</summary>
    public IEnumerable<Digest> List()
    {
        foreach (string path in System.IO.Directory.EnumerateFiles(Directory))
        {
            if (Digest.TryParse("sha256:" + Path.GetFileName(path), out Digest digest)) yield return digest;
        }
    }

    internal string PathOf(Digest digest)
    {
        RequireSha256(digest);
        return Path.Combine(Directory, digest.Hex);
    }

    private static bool IsKept(Digest digest) => digest.Algorithm == "sha256";

    private static void RequireSha256(Digest digest)
    {
        if (!IsKept(digest)) throw new StoreException($"blobs are kept by sha256 digest; '{digest}' is of another kind");
    }

    private static string NameFor(Digest? digest) => digest is { } known ? $"blob {known}" : "the blob";

    private static StoreException Missing(Digest digest, Exception? inner) => new($"blob {digest} is not in the store", inner);
}
