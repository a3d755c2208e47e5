using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Builder.Linux.Files;

namespace Builder.Cache.Contexts;

/// <summary>
/// What files of a context contained when they were read last, found again as long as everything the kernel says of them is the same:
/// device, inode, size, mtime and ctime, the last of which no program can set. A file that had changed only just before it was read is
/// not remembered: it may change once more within the same tick of the clock. An mtime may be anything, so its age tells nothing.
/// </summary>
public sealed class StatIndex
{
    internal const int MaxSize = 256 << 20;
    private const int LongestPath = 1 << 16;
    private const int BufferSize = 128 << 10;
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
        if (!file.IsOf(status)) return null;
        file.IsUsed = true;
        return file;
    }

    /// <summary>Remembers what a file contains; false when it changed too recently to be sure.</summary>
    /// <param name="path">Below the context, one character per byte.</param>
    /// <param name="file">What it contains.</param>
    /// <param name="readAt">What <see cref="Now"/> said before it was read.</param>
    public bool Add(string path, KnownFile file, DateTimeOffset readAt)
    {
        if (file.Identity.Changed.Seconds >= (readAt - TooRecent).ToUnixTimeSeconds()) return false;
        file.IsUsed = true;
        _added[path] = file;
        return true;
    }

    /// <summary>Takes the entries of a file; false when it is damaged: this index is of no use then.</summary>
    internal bool Load(Stream content)
    {
        long end = content.Length - SHA256.HashSizeInBytes;
        if (end < Magic.Length || !IsWhole(content, end)) return false;
        content.Position = 0;
        using var body = new BufferedStream(content, BufferSize);
        Span<byte> magic = stackalloc byte[Magic.Length];
        body.ReadExactly(magic);
        if (!magic.SequenceEqual(Magic)) return false;

        _loaded.EnsureCapacity((int)Math.Min(end / (FixedSize + UsualName), MostFiles));
        Span<byte> known = stackalloc byte[FixedSize];
        byte[] name = new byte[LongestPath];
        for (long rest = end - Magic.Length; rest >= FixedSize;)
        {
            body.ReadExactly(known[..sizeof(int)]);
            int length = BinaryPrimitives.ReadInt32LittleEndian(known);
            if (length < 0 || length > Math.Min(rest - FixedSize, LongestPath)) return false;
            body.ReadExactly(name, 0, length);
            body.ReadExactly(known[sizeof(int)..]);
            ReadOnlySpan<byte> identity = known[sizeof(int)..];
            _loaded[Encoding.Latin1.GetString(name, 0, length)] =
                new KnownFile(FileIdentity.Read(identity), identity[FileIdentity.Size] != 0, identity[(FileIdentity.Size + 1)..]);
            rest -= FixedSize + length;
        }

        return true;
    }

    /// <summary>Writes all entries; when there are too many, those that were of use this time.</summary>
    internal void Save(Stream output)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool isFull = _added.Count + _loaded.Keys.Count(path => !_added.ContainsKey(path)) > MostFiles;
        IEnumerable<KeyValuePair<string, KnownFile>> all = _added.Concat(_loaded.Where(e => !_added.ContainsKey(e.Key)));
        ArrayBufferWriter<byte> buffer = new(BufferSize + LongestPath + FixedSize);
        long size = Magic.Length + SHA256.HashSizeInBytes;
        buffer.Write(Magic);
        foreach ((string path, KnownFile file) in all.Where(e => (!isFull || e.Value.IsUsed) && e.Key.Length <= LongestPath).Take(MostFiles))
        {
            if ((size += FixedSize + path.Length) > MaxSize) break;
            Append(buffer, path, file);
            if (buffer.WrittenCount >= BufferSize) Flush();
        }

        Flush();
        output.Write(hash.GetHashAndReset());

        void Flush()
        {
            hash.AppendData(buffer.WrittenSpan);
            output.Write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
        }
    }

    private static bool IsWhole(Stream content, long end)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[BufferSize];
        for (long rest = end; rest > 0;)
        {
            int part = (int)Math.Min(rest, buffer.Length);
            content.ReadExactly(buffer, 0, part);
            hash.AppendData(buffer, 0, part);
            rest -= part;
        }

        content.ReadExactly(buffer, 0, SHA256.HashSizeInBytes);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(buffer.AsSpan(0, SHA256.HashSizeInBytes));
    }

    private static void Append(ArrayBufferWriter<byte> buffer, string path, KnownFile file)
    {
        Span<byte> bytes = buffer.GetSpan(FixedSize + path.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, path.Length);
        Encoding.Latin1.GetBytes(path, bytes[sizeof(int)..]);
        Span<byte> known = bytes[(sizeof(int) + path.Length)..];
        file.Identity.Write(known);
        known[FileIdentity.Size] = file.IsPlain ? (byte)1 : (byte)0;
        file.CopyHashTo(known[(FileIdentity.Size + 1)..]);
        buffer.Advance(FixedSize + path.Length);
    }
}
