using System.Buffers;
using System.Security.Cryptography;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Blobs;

/// <summary>Immutable files named by their digest. A blob is visible only when it is whole, verified and synced.</summary>
public sealed class BlobStore : IDisposable
{
    private const int CopyBuffer = 128 << 10;
    private readonly StoreOwner _owner;
    private readonly Action _onWrite;
    private readonly TimeProvider _time;
    private readonly Leases _leases = new();

    internal BlobStore(string directory, StoreOwner owner, TimeProvider time, Action onWrite) =>
        (Directory, _owner, _time, _onWrite) = (directory, owner, time, onWrite);

    internal string Directory { get; }

    /// <summary>
    /// Whether the blob is there, whole as far as that can be told without reading it: a file that was written to since it was stored is read
    /// and, when it is damaged, removed. What was found is in use from now on: nobody evicts it before this store is disposed.
    /// </summary>
    public bool Contains(Digest digest)
    {
        if (!IsKept(digest)) return false;
        string path = PathOf(digest);
        bool isNew = _leases.Take(path);
        FileStatus? found = FileTimes.Find(path);
        if (found is not { IsRegular: true } status)
        {
            _leases.Release(path);
            return false;
        }

        if (status.Modified != BlobSeal.Time)
        {
            if (RemoveDamaged(digest)) return false;
            BlobSeal.Put(path, _time);
        }
        else if (isNew)
        {
            BlobSeal.Put(path, _time);
        }

        return true;
    }

    /// <summary>Size in bytes.</summary>
    /// <exception cref="StoreException">No such blob.</exception>
    public long SizeOf(Digest digest)
    {
        FileInfo file = new(PathOf(digest));
        return file.Exists ? file.Length : throw Missing(digest, inner: null);
    }

    /// <summary>Opens a blob for reading; it is verified while it is read, and its last bytes are not handed out when it is damaged.</summary>
    /// <exception cref="StoreException">No such blob; or, while reading, it is damaged: it is removed then.</exception>
    public Stream OpenRead(Digest digest) => new BlobReader(this, digest, OpenUnverified(digest));

    /// <summary>Opens a blob for who needs its file: it is read and verified at once.</summary>
    /// <exception cref="StoreException">No such blob, or it is damaged: it is removed then.</exception>
    public FileStream OpenFile(Digest digest) => IsWhole(digest) ? OpenUnverified(digest) : throw Damaged(digest);

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
        _leases.Release(path);
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

    /// <inheritdoc/>
    public void Dispose() => _leases.Dispose();

    /// <summary>Refuses to write when the store is full.</summary>
    internal void BeforeWrite() => _onWrite();

    /// <summary>Opens a blob for who verifies it in another way.</summary>
    internal FileStream OpenUnverified(Digest digest)
    {
        string path = PathOf(digest);
        try
        {
            _leases.Take(path);
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

    /// <summary>Whether a blob's content is what its name says, by reading it.</summary>
    internal bool IsWhole(Digest digest)
    {
        using FileStream file = OpenUnverified(digest);
        return Digest.FromSha256(SHA256.HashData(file)) == digest;
    }

    /// <summary>Removes a blob when its content isn't what its name says; false when it is, or when there is none.</summary>
    internal bool RemoveDamaged(Digest digest)
    {
        if (!File.Exists(PathOf(digest)) || IsWhole(digest)) return false;
        Delete(digest);
        return true;
    }

    /// <summary>Removes a blob that was found damaged, and says so.</summary>
    internal StoreException Damaged(Digest digest)
    {
        Delete(digest);
        return new StoreException($"blob {digest} was damaged and has been removed from the store: build, pull or import again what it belongs to");
    }

    /// <summary>Makes a finished file the blob, in use by this process; false when there is one already.</summary>
    internal bool TryPublish(string path, Digest digest)
    {
        string final = PathOf(digest);
        BlobSeal.Put(path, _time);

        // Before it can be seen, so that nobody takes it for unused.
        FileLock lease = FileLock.Hold(path, FileLockKind.Shared, wait: true) ?? throw new FileNotFoundException($"'{path}' was taken away");
        try
        {
            // Never over another one: somebody's lease would be on a file that nobody can find.
            File.Move(path, final, overwrite: false);
        }
        catch (IOException) when (File.Exists(final))
        {
            lease.Dispose();
            return false;
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        _leases.Adopt(final, lease);
        return true;
    }

    /// <summary>Whether a living process uses a blob.</summary>
    internal bool IsInUse(Digest digest) => InUse.Probe(PathOf(digest));

    /// <summary>Ends this process's use of a blob.</summary>
    internal void Release(Digest digest) => _leases.Release(PathOf(digest));

    /// <summary>Removes a blob that no living process uses; false when one does.</summary>
    /// <param name="digest">Which.</param>
    /// <param name="isNeeded">Asked while nobody can begin to use it.</param>
    internal bool TryEvict(Digest digest, Func<bool> isNeeded)
    {
        string path = PathOf(digest);
        using FileLock? alone = FileLock.Hold(path, FileLockKind.Exclusive, wait: false);
        if (alone is null || isNeeded()) return false;
        File.Delete(path);
        return true;
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
