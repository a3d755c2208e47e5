using System.Buffers.Binary;

namespace Builder.Executor.Attestations.Packages.Rpm;

/// <summary>
/// The pages of a file in SQLite's format (sqlite.org/fileformat.html), with what its write-ahead log has of them. The bytes are a stranger's: whatever points
/// in a circle or outside is malformed, and no more is read than a sound file would need.
/// </summary>
internal sealed class SqlitePages
{
    /// <summary>Length of the header in front of the first page's own.</summary>
    public const int FileHeaderSize = 100;

    private const int SmallestPage = 512, LargestPage = 65536, SmallestUsable = 480, Utf8 = 1;
    private readonly Stream _file;
    private readonly SqliteLog? _log;
    private long _readsLeft;

    /// <summary>Opens it.</summary>
    /// <param name="file">Can be sought in.</param>
    /// <param name="log">The write-ahead log, or null when there is none.</param>
    /// <exception cref="InvalidDataException">It is no database.</exception>
    public SqlitePages(Stream file, Stream? log)
    {
        _file = file;
        Span<byte> header = stackalloc byte[FileHeaderSize];
        file.Position = 0;
        if (file.ReadAtLeast(header, FileHeaderSize, throwOnEndOfStream: false) < FileHeaderSize || !header.StartsWith("SQLite format 3\0"u8)) throw Malformed("it is no SQLite database");
        int size = BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        PageSize = size == 1 ? LargestPage : size;
        Usable = PageSize - header[20];
        if (PageSize < SmallestPage || !int.IsPow2(PageSize) || Usable < SmallestUsable) throw Malformed("its pages have an impossible size");
        if (BinaryPrimitives.ReadUInt32BigEndian(header[56..]) != Utf8) throw Malformed("its text is not UTF-8");
        _log = log is null ? null : SqliteLog.Open(log, PageSize);
        Count = _log?.PageCount ?? (uint)Math.Min(file.Length / PageSize, uint.MaxValue);
        // Each page belongs to one tree or chain: twice is generous.
        _readsLeft = 2L * Count + 16;
    }

    /// <summary>Bytes of a page.</summary>
    public int PageSize { get; }

    /// <summary>Bytes of a page that hold something.</summary>
    public int Usable { get; }

    /// <summary>How many pages there are.</summary>
    public uint Count { get; }

    /// <summary>What is wrong with a file.</summary>
    public static InvalidDataException Malformed(string problem) => new($"malformed database: {problem}");

    /// <summary>A page, the first being 1.</summary>
    /// <exception cref="InvalidDataException">There is none, or pages point in circles.</exception>
    public byte[] Read(uint number)
    {
        if (number == 0 || number > Count) throw Malformed($"there is no page {number}");
        if (_readsLeft-- == 0) throw Malformed("its pages point in circles");
        byte[] page = new byte[PageSize];
        if (_log?.TryRead(number, page) == true) return page;
        if ((long)number * PageSize > _file.Length) throw Malformed($"page {number} is cut off");
        _file.Position = (number - 1L) * PageSize;
        _file.ReadExactly(page);
        return page;
    }
}
