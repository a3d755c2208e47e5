using System.Buffers.Binary;
using System.IO.Compression;

namespace Builder.Oci.Compression;

/// <summary>
/// One gzip member (RFC 1952) whose deflate data consists of blocks that end at a byte and know nothing of each other: what every
/// decoder takes, and what can be made in parallel.
/// </summary>
public sealed class GzipBlocks : BlockEncoder
{
    /// <summary>The level when none is asked for: what a layer gains beyond it costs more time than the transfer saves.</summary>
    public const int DefaultLevel = 3;

    private const int HeaderSize = 10;
    private const int TrailerSize = 8;

    // No name, no time, an unknown system: nothing that could differ.
    private static readonly byte[] Header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    private static readonly byte[] EmptyLastBlock = [3, 0];

    private static readonly ZLibCompressionOptions Stored = new() { CompressionLevel = 0 };

    private readonly ZLibCompressionOptions _options;
    private uint _checksum;
    private uint _size;

    /// <summary>An encoder.</summary>
    /// <param name="level">0 to 9.</param>
    public GzipBlocks(int level = DefaultLevel) => _options = new ZLibCompressionOptions { CompressionLevel = level };

    /// <inheritdoc/>
    public override int BlockSize => 1 << 20;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Start => Header;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> End
    {
        get
        {
            byte[] end = [.. EmptyLastBlock, .. new byte[TrailerSize]];
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(EmptyLastBlock.Length), _checksum);
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(EmptyLastBlock.Length + sizeof(uint)), _size);
            return end;
        }
    }

    /// <inheritdoc/>
    public override int MaxEncodedSize(int size) => size + (size / 4) + 4096;

    /// <inheritdoc/>
    public override EncodedBlock Encode(ReadOnlyMemory<byte> block, Memory<byte> output)
    {
        if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray(output, out ArraySegment<byte> room)) throw new ArgumentException("an array is needed", nameof(output));
        using var written = new MemoryStream(room.Array!, room.Offset, room.Count, writable: true);
        long end;
        using (var gzip = new GZipStream(written, Compressibility.IsWorthwhile(block.Span) ? _options : Stored, leaveOpen: true))
        {
            gzip.Write(block.Span);

            // Up to here it is a header and blocks that end at a byte; what closing appends is of use for its checksum only.
            gzip.Flush();
            end = written.Position;
        }

        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(output.Span[(int)(written.Position - TrailerSize)..]);
        int size = (int)end - HeaderSize;
        output.Span.Slice(HeaderSize, size).CopyTo(output.Span);
        return new EncodedBlock(size, block.Length, checksum);
    }

    /// <inheritdoc/>
    public override void Passed(EncodedBlock block)
    {
        _checksum = Crc32.Combine(_checksum, block.Checksum, block.ContentSize);
        _size = unchecked(_size + (uint)block.ContentSize);
    }
}
