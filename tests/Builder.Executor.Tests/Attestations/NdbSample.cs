using System.Buffers.Binary;
using Builder.Executor.Attestations.Packages.Rpm;

namespace Builder.Executor.Tests.Attestations;

/// <summary>Makes a database as rpm's ndb lays it out (its lib/backend/ndb/rpmpkg.c); Debian's rpm can't write them.</summary>
internal static class NdbSample
{
    private const int PageSize = 4096, BlockSize = 16, TailSize = 12;

    /// <summary>The packages of a database of SQLite as one of ndb, with an empty slot before each.</summary>
    public static byte[] Of(Stream sqlite)
    {
        byte[] slots = new byte[PageSize];
        Put(slots, 0, Magic("RpmP"), 0, 1, 1);
        for (int at = 32; at < PageSize; at += BlockSize) Put(slots, at, Magic("Slot"), 0, 0, 0);
        using var file = new MemoryStream();
        file.Write(slots);
        uint number = 0;
        foreach (SqlitePayload row in SqliteTable.Find(new SqlitePages(sqlite, null), "Packages")!.Rows())
        {
            long[] types = row.ReadHeader();
            row.Skip(SqlitePayload.SizeOf(types[0]));
            byte[] header = new byte[SqlitePayload.SizeOf(types[1])];
            row.ReadExactly(header);
            byte[] blob = new byte[(BlockSize + header.Length + TailSize + BlockSize - 1) / BlockSize * BlockSize];
            number++;
            Put(slots, 32 + (int)(2 * number * BlockSize), Magic("Slot"), number, (uint)(file.Length / BlockSize), (uint)(blob.Length / BlockSize));
            Put(blob, 0, Magic("BlbS"), number, 1, (uint)header.Length);
            header.CopyTo(blob.AsSpan(BlockSize));
            file.Write(blob);
        }

        slots.CopyTo(file.GetBuffer().AsSpan());
        return file.ToArray();
    }

    private static uint Magic(string text) => BinaryPrimitives.ReadUInt32LittleEndian(System.Text.Encoding.ASCII.GetBytes(text));

    private static void Put(byte[] bytes, int at, params ReadOnlySpan<uint> numbers)
    {
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + (4 * i)), numbers[i]);
    }
}
