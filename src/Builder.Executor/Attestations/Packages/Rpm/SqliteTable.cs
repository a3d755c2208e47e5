using System.Buffers.Binary;
using System.Text;

namespace Builder.Executor.Attestations.Packages.Rpm;

/// <summary>Walks the tree of a table in a database of SQLite.</summary>
internal sealed class SqliteTable(SqlitePages pages, uint root)
{
    private const byte InteriorPage = 5, LeafPage = 13;
    private const int InteriorHeader = 12, LeafHeader = 8, LongestSchemaText = 4096;

    /// <summary>The table of a name, or null.</summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    public static SqliteTable? Find(SqlitePages pages, string name)
    {
        foreach (SqlitePayload row in new SqliteTable(pages, root: 1).Rows())
        {
            // sqlite_schema: type, name, tbl_name, rootpage, sql.
            long[] types = row.ReadHeader();
            if (types.Length < 4 || Text(row, types[0]) != "table" || Text(row, types[1]) != name) continue;
            row.Skip(SqlitePayload.SizeOf(types[2]));
            return new SqliteTable(pages, (uint)row.ReadInteger(types[3]));
        }

        return null;
    }

    /// <summary>The rows, in their order. Each may be read until the next one is asked for.</summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    public IEnumerable<SqlitePayload> Rows()
    {
        var pending = new Stack<uint>([root]);
        while (pending.TryPop(out uint number))
        {
            byte[] page = pages.Read(number);
            int at = number == 1 ? SqlitePages.FileHeaderSize : 0;
            int cells = UInt16(page, at + 3);
            if (page[at] == InteriorPage)
            {
                if (pending.Count + cells > pages.Count) throw SqlitePages.Malformed("its pages point in circles");
                pending.Push(UInt32(page, at + 8));
                for (int i = cells - 1; i >= 0; i--) pending.Push(UInt32(page, UInt16(page, at + InteriorHeader + (2 * i))));
            }
            else if (page[at] == LeafPage)
            {
                for (int i = 0; i < cells; i++) yield return new SqlitePayload(pages, page, UInt16(page, at + LeafHeader + (2 * i)));
            }
            else
            {
                throw SqlitePages.Malformed($"page {number} is none of a table");
            }
        }
    }

    private static string Text(SqlitePayload row, long type)
    {
        long size = SqlitePayload.SizeOf(type);
        if (size > LongestSchemaText) throw SqlitePages.Malformed("a table has an impossible name");
        byte[] text = new byte[size];
        row.ReadExactly(text);
        return Encoding.UTF8.GetString(text);
    }

    private static int UInt16(ReadOnlySpan<byte> page, int at) => at + 2 <= page.Length ? BinaryPrimitives.ReadUInt16BigEndian(page[at..]) : throw SqlitePages.Malformed("a page points outside of itself");

    private static uint UInt32(ReadOnlySpan<byte> page, int at) => at + 4 <= page.Length ? BinaryPrimitives.ReadUInt32BigEndian(page[at..]) : throw SqlitePages.Malformed("a page points outside of itself");
}
