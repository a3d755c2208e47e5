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
    internal const int MaxSize = 256 << 20;
    private const int UsualName = 16; // a guess, for the first size of a table
    private const int FixedSize = sizeof(int) + FileIdentity.Size + 1 + SHA256.HashSizeInBytes;

    // As coarse as any file system's clock, and some skew of a file server's.
    private static readonly TimeSpan TooRecent = TimeSpan.FromSeconds(2);
    private static readonly byte[] Magic = "builder-stat-1\n\0"u8.ToArray();

    // Loaded as a whole and only read from then on; what is new or differs is beside it.
    private readonly Dictionary<string, KnownFile> _loaded = [];
    private readonly ConcurrentDictionary<string, KnownFile> _added = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    internal StatIndex(TimeProvider time, string file) => (_time, File) = (time, file);

    /// <summary>Whether there is something that wasn't there when it was loaded.</summary>
    public bool IsChanged => !_added.IsEmpty;

    /// <summary>How many files are remembered, as far as <see cref="MaxSize"/> suffices.</summary>
    internal int MostFiles { get; init; } = 1_500_000;

    internal string File { get; }

    /// <summary>The time, to be asked for before a file is read.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>What is known for sure of a file, or null.</summary>
    /// <param name="path">Below the context, one character per byte.</param>
    /// <param name="status">Of the file now.</param>
    public KnownFile? Find(string path, in FileStatus status)
    {
        if (!_added.TryGetValue(path, out KnownFile? file) && !_loaded.TryGetValue(path, out file)) return null;
        if (file.Identity != FileIdentity.Of(status)) return null;
        file.IsUsed = true;
        return file;
    }

    /// <summary>Remembers what a file contains, unless it changed too recently to be sure.</summary>
    /// <param name="path">Below the context, one character per byte.</param>
    /// <param name="status">As it was before and after it was read.</param>
    /// <param name="digest">Of its content, sha256.</param>
    /// <param name="isPlain">It has no extended attribute that counts.</param>
    /// <param name="readAt">What <see cref="Now"/> said before it was read.</param>
    public void Add(string path, in FileStatus status, Digest digest, bool isPlain, DateTimeOffset readAt)
    {
        if (status.Changed.Seconds >= (readAt - TooRecent).ToUnixTimeSeconds()) return;
        _added[path] = new KnownFile(FileIdentity.Of(status), isPlain, Convert.FromHexString(digest.Hex)) { IsUsed = true };
    }

    /// <summary>Takes the entries of a file's bytes; false when they are damaged: then it stays empty.</summary>
    internal bool Load(ReadOnlyMemory<byte> content)
    {
        if (content.Length < Magic.Length + SHA256.HashSizeInBytes || !content.Span.StartsWith(Magic)) return false;
        ReadOnlyMemory<byte> body = content[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(body.Span).AsSpan().SequenceEqual(content.Span[^SHA256.HashSizeInBytes..])) return false;
        _loaded.EnsureCapacity(Math.Min(body.Length / (FixedSize + UsualName), MostFiles));
        for (ReadOnlyMemory<byte> rest = body[Magic.Length..]; rest.Length >= FixedSize;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
            if (length < 0 || length > rest.Length - FixedSize) return false;
            string path = Encoding.Latin1.GetString(rest.Span.Slice(sizeof(int), length));
            rest = rest[(sizeof(int) + length)..];
            ReadOnlySpan<byte> known = rest.Span;
            _loaded[path] = new KnownFile(FileIdentity.Read(known), known[FileIdentity.Size] != 0, rest.Slice(FileIdentity.Size + 1, SHA256.HashSizeInBytes));
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
        List<KeyValuePair<string, KnownFile>> all = [.. _added, .. _loaded.Where(e => !_added.ContainsKey(e.Key))];
        bool isFull = all.Count > MostFiles;
        foreach ((string path, KnownFile file) in all.Where(e => !isFull || e.Value.IsUsed).Take(MostFiles))
        {
            if (output.Length > MaxSize - FixedSize - path.Length - SHA256.HashSizeInBytes) break;
            byte[] name = Encoding.Latin1.GetBytes(path);
            BinaryPrimitives.WriteInt32LittleEndian(buffer, name.Length);
            output.Write(buffer[..sizeof(int)]);
            output.Write(name);
            file.Identity.Write(buffer);
            buffer[FileIdentity.Size] = file.IsPlain ? (byte)1 : (byte)0;
            file.Hash.Span.CopyTo(buffer[(FileIdentity.Size + 1)..]);
            output.Write(buffer[..(FixedSize - sizeof(int))]);
        }

        byte[] hash = SHA256.HashData(output.GetBuffer().AsSpan(0, (int)output.Length));
        output.Write(hash);
        return output.ToArray();
    }
}
