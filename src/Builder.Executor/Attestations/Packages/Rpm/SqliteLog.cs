using System.Buffers.Binary;

namespace Builder.Executor.Attestations.Packages.Rpm;

/// <summary>A write-ahead log of SQLite: pages that were committed and are not yet in the file (sqlite.org/fileformat.html, section 4).</summary>
internal sealed class SqliteLog
{
    private const int HeaderSize = 32, FrameHeaderSize = 24, ChecksummedOfHeader = 24, ChecksummedOfFrame = 8;
    private const uint Magic = 0x377f0682;
    private readonly Stream _log;
    private readonly Dictionary<uint, long> _places = [];

    private SqliteLog(Stream log) => _log = log;

    /// <summary>How many pages the database has.</summary>
    public uint PageCount { get; private set; }

    /// <summary>Reads which pages it has.</summary>
    /// <returns>Null when nothing in it counts: it is empty, or was taken over into the file already.</returns>
    public static SqliteLog? Open(Stream log, int pageSize)
    {
        var found = new SqliteLog(log);
        Span<byte> header = stackalloc byte[HeaderSize];
        log.Position = 0;
        if (log.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize) return null;
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        if ((magic & ~1u) != Magic || BinaryPrimitives.ReadUInt32BigEndian(header[8..]) != (uint)pageSize) return null;
        var checksum = new Checksum((magic & 1) != 0);
        checksum.Add(header[..ChecksummedOfHeader]);
        if (!checksum.Is(header[ChecksummedOfHeader..])) return null;
        found.ReadFrames(header[16..24].ToArray(), checksum, pageSize);
        return found.PageCount == 0 ? null : found;
    }

    /// <summary>A page, when it is here.</summary>
    public bool TryRead(uint number, Span<byte> page)
    {
        if (!_places.TryGetValue(number, out long place)) return false;
        _log.Position = place;
        _log.ReadExactly(page);
        return true;
    }

    // What follows the last commit never happened, nor what a checksum or salt doesn't fit: it is left from before.
    private void ReadFrames(ReadOnlySpan<byte> salts, Checksum checksum, int pageSize)
    {
        byte[] frame = new byte[FrameHeaderSize + pageSize];
        var open = new Dictionary<uint, long>();
        for (long at = HeaderSize; _log.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; at += frame.Length)
        {
            if (!frame.AsSpan(8, salts.Length).SequenceEqual(salts)) return;
            checksum.Add(frame.AsSpan(0, ChecksummedOfFrame));
            checksum.Add(frame.AsSpan(FrameHeaderSize));
            if (!checksum.Is(frame.AsSpan(16))) return;
            open[BinaryPrimitives.ReadUInt32BigEndian(frame)] = at + FrameHeaderSize;
            uint committed = BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4));
            if (committed == 0) continue;
            foreach ((uint page, long place) in open) _places[page] = place;
            open.Clear();
            PageCount = committed;
        }
    }

    private sealed class Checksum(bool isBigEndian)
    {
        private uint _first, _second;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            for (int i = 0; i + 8 <= bytes.Length; i += 8)
            {
                _first += Word(bytes[i..]) + _second;
                _second += Word(bytes[(i + 4)..]) + _first;
            }
        }

        public bool Is(ReadOnlySpan<byte> stored) =>
            BinaryPrimitives.ReadUInt32BigEndian(stored) == _first && BinaryPrimitives.ReadUInt32BigEndian(stored[4..]) == _second;

        private uint Word(ReadOnlySpan<byte> bytes) => isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}
