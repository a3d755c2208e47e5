using System.Buffers.Binary;
using Builder.Oci.Streams;

namespace Builder.Executor.Attestations.Packages.Rpm;

/// <summary>Reads the database that rpm calls ndb (SUSE): slots that say where headers of packages lie (rpm's lib/backend/ndb/rpmpkg.c).</summary>
internal static class NdbFile
{
    private const int PageSize = 4096, SlotSize = 16, SlotsOfHeader = 2, BlockSize = 16, BlobHeaderSize = 16;
    private const int MostSlotPages = 4096;
    private const uint HeaderMagic = 'R' | 'p' << 8 | 'm' << 16 | 'P' << 24;
    private const uint SlotMagic = 'S' | 'l' << 8 | 'o' << 16 | 't' << 24;
    private const uint BlobMagic = 'B' | 'l' << 8 | 'b' << 16 | 'S' << 24;

    /// <summary>The headers of packages. Each may be read until the next one is asked for.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static IEnumerable<Stream> Headers(Stream file)
    {
        byte[] slots = ReadSlots(file);
        long read = 0;
        for (int at = SlotsOfHeader * SlotSize; at < slots.Length; at += SlotSize)
        {
            (uint magic, uint package, uint block, uint blocks) = Slot(slots.AsSpan(at));
            if (magic != SlotMagic) throw SqlitePages.Malformed("a slot is none");
            if (package == 0 || block == 0) continue;
            if (block > file.Length / BlockSize) throw SqlitePages.Malformed("a slot points outside of the file");
            byte[] blob = new byte[BlobHeaderSize];
            file.Position = (long)block * BlockSize;
            file.ReadExactly(blob);
            (uint blobMagic, uint blobPackage, _, uint length) = Slot(blob);
            if (blobMagic != BlobMagic || blobPackage != package || length > (long)blocks * BlockSize || file.Position + length > file.Length) throw SqlitePages.Malformed("a slot leads to no package");
            if ((read += length) > file.Length) throw SqlitePages.Malformed("packages lie in each other");
            yield return new Section(file, length);
        }
    }

    private static byte[] ReadSlots(Stream file)
    {
        byte[] page = new byte[PageSize];
        file.Position = 0;
        file.ReadExactly(page);
        (uint magic, uint version, _, uint pages) = Slot(page);
        if (magic != HeaderMagic || version != 0) throw SqlitePages.Malformed("it is no ndb database");
        if (pages is 0 or > MostSlotPages || pages * (long)PageSize > file.Length) throw SqlitePages.Malformed("it has an impossible number of slots");
        byte[] slots = new byte[pages * PageSize];
        file.Position = 0;
        file.ReadExactly(slots);
        return slots;
    }

    private static (uint First, uint Second, uint Third, uint Fourth) Slot(ReadOnlySpan<byte> bytes) => (
        BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));

    private sealed class Section(Stream file, long length) : ForwardStream
    {
        private long _rest = length;

        /// <inheritdoc/>
        public override int Read(Span<byte> buffer)
        {
            int count = file.Read(buffer[..(int)Math.Min(buffer.Length, _rest)]);
            _rest -= count;
            return count;
        }
    }
}
