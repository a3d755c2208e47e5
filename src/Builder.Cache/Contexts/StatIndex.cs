using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Contexts;

/// <summary>
/// What files of a context contained when they were read last, found again as long as everything the kernel says of them is the same:
/// device, inode, size, mtime and ctime, the last of which no program can set. A file that had changed only just before it was read is
/// not remembered: it may change once more within the same tick of the clock. An mtime may be anything, so its age tells nothing.
/// </summary>
public sealed class StatIndex
{
    internal const int MostFiles = 250_000;
    private const int FixedSize = sizeof(int) + FileIdentity.Size + 1 + SHA256.HashSizeInBytes;

    // As coarse as any file system's clock, and some skew of a file server's.
    private static readonly TimeSpan TooRecent = TimeSpan.FromSeconds(2);
    private static readonly byte[] Magic = "builder-stat-1\n\0"u8.ToArray();

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private int _changes;

    internal StatIndex(TimeProvider time, string file) => (_time, File) = (time, file);

    /// <summary>Whether there is something that wasn't there when it was loaded.</summary>
    public bool IsChanged => Volatile.Read(ref _changes) > 0;

    internal string File { get; }

    /// <summary>The time, to be asked for before a file is read.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>What a file contains, when that is known for sure.</summary>
    /// <param name="path">Below the context, one character per byte.</param>
    /// <param name="status">Of the file now.</param>
    public Digest? Find(string path, in FileStatus status)
    {
        if (!_entries.TryGetValue(path, out Entry? entry) || entry.Identity != FileIdentity.Of(status)) return null;
        entry.IsUsed = true;
        return Digest.FromSha256(entry.Digest);
    }

    /// <summary>Whether a file is known for sure to have no extended attribute that counts.</summary>
    public bool HasNoAttributes(string path, in FileStatus status) =>
        _entries.TryGetValue(path, out Entry? entry) && entry.IsPlain && entry.Identity == FileIdentity.Of(status);

    /// <summary>Remembers what a file contains, unless it changed too recently to be sure.</summary>
    /// <param name="path">Below the context, one character per byte.</param>
    /// <param name="status">As it was before and after it was read.</param>
    /// <param name="digest">Of its content, sha256.</param>
    /// <param name="isPlain">It has no extended attribute that counts.</param>
    /// <param name="readAt">What <see cref="Now"/> said before it was read.</param>
    public void Add(string path, in FileStatus status, Digest digest, bool isPlain, DateTimeOffset readAt)
    {
        if (status.Changed.Seconds >= (readAt - TooRecent).ToUnixTimeSeconds()) return;
        _entries[path] = new Entry(FileIdentity.Of(status), isPlain, Convert.FromHexString(digest.Hex)) { IsUsed = true };
        Interlocked.Increment(ref _changes);
    }

    /// <summary>Takes the entries of a file's bytes; false when they are damaged: then it stays empty.</summary>
    internal bool Load(ReadOnlySpan<byte> content)
    {
        if (content.Length < Magic.Length + SHA256.HashSizeInBytes || !content.StartsWith(Magic)) return false;
        ReadOnlySpan<byte> body = content[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(content[^SHA256.HashSizeInBytes..])) return false;
        for (ReadOnlySpan<byte> rest = body[Magic.Length..]; rest.Length >= FixedSize;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (length < 0 || length > rest.Length - FixedSize) return false;
            string path = Encoding.Latin1.GetString(rest.Slice(sizeof(int), length));
            rest = rest[(sizeof(int) + length)..];
            _entries[path] = new Entry(FileIdentity.Read(rest), rest[FileIdentity.Size] != 0, rest.Slice(FileIdentity.Size + 1, SHA256.HashSizeInBytes).ToArray());
            rest = rest[(FixedSize - sizeof(int))..];
        }

        return true;
    }

    /// <summary>All entries as a file's bytes; when there are too many, those that were of use this time.</summary>
    internal byte[] Save()
    {
        using var output = new MemoryStream();
        output.Write(Magic);
        Span<byte> buffer = stackalloc byte[FixedSize];
        bool isFull = _entries.Count > MostFiles;
        foreach ((string path, Entry entry) in _entries.Where(e => !isFull || e.Value.IsUsed).Take(MostFiles))
        {
            byte[] name = Encoding.Latin1.GetBytes(path);
            BinaryPrimitives.WriteInt32LittleEndian(buffer, name.Length);
            output.Write(buffer[..sizeof(int)]);
            output.Write(name);
            entry.Identity.Write(buffer);
            buffer[FileIdentity.Size] = entry.IsPlain ? (byte)1 : (byte)0;
            entry.Digest.CopyTo(buffer[(FileIdentity.Size + 1)..]);
            output.Write(buffer[..(FixedSize - sizeof(int))]);
        }

        byte[] hash = SHA256.HashData(output.GetBuffer().AsSpan(0, (int)output.Length));
        output.Write(hash);
        return output.ToArray();
    }

    private sealed record Entry(FileIdentity Identity, bool IsPlain, byte[] Digest)
    {
        public bool IsUsed { get; set; }
    }
}
