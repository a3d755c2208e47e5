using System.Buffers.Binary;
using System.Text;
using Builder.Oci.Tar;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>Archives to begin with, hostile ones among them, and the checksums that mutation breaks.</summary>
internal static class TarSeeds
{
    private const int Block = 512;
    private const int MostBlocks = 256;

    internal static IReadOnlyList<string> Words { get; } =
    [
        "ustar\00000", "ustar  \0", "../", "/", "./", "a/", ".wh.", ".wh..wh..opq", ".wh.a", "0000644\0", "77777777777\0", "00000000000\0", "17 path=../../x\n", "20 linkpath=/canary\n", "12 size=99\n", "30 SCHILY.xattr.user.a=bcdefg\n",
        "28 GNU.sparse.map=0,1,99,1\n", "22 GNU.sparse.size=99\n", "22 GNU.sparse.major=1\n", "1 ", "999999 path=", "\0", "x", "g", "L", "K", "S", "0", "1", "2", "3", "5", "6", "\n",
    ];

    /// <summary>Archives of every kind of entry.</summary>
    /// <param name="outside">An absolute path that must never be reached.</param>
    internal static IEnumerable<byte[]> Make(string outside)
    {
        string up = string.Concat(Enumerable.Repeat("../", 12)) + outside.TrimStart('/');
        yield return Archive(Directory("a"), File("a/f", "content", ("user.a", "b"), ("trusted.overlay.opaque", "y"), ("user.overlay.redirect", "/x")), Link("a/l", "f"), HardLink("a/h", "a/f"), Node("a/p", TarEntryType.Fifo), Node("a/c", TarEntryType.CharacterDevice));
        yield return Archive(Link("l", outside), File("l/new", "x"), File("l/kept", "x"), HardLink("h", "l/kept"), Directory("l/sub"), File("l/.wh.kept", ""), Link("a", "l"), File("a/new", "y"));
        yield return Archive(File(up + "/new", "x"), File(outside + "/kept", "x"), HardLink("h", up + "/kept"), File(up + "/.wh.kept", ""), File("x/../../.wh..wh..opq", ""));
        yield return Archive(Directory("d"), File("d/f", "1"), Link("d", "/"), File("d/f", "2"), Directory("d"), File("d/f", "3"), File(new string('n', 300), "long"), File("d/.wh..wh..opq", ""), File(".wh.low", ""), File("low/f", "x"));
        yield return Archive(HardLink("hl", "link"), Link("link", "a"), HardLink("hl2", "link"), File("file/below", "x"), Directory("link/d"), Link("abs", outside + "/kept"), File("abs", "x"));
        yield return [.. Archive(File("last", "x"))[..1024], .. GnuSparse(), .. new byte[2 * Block]];
        yield return [.. PaxSparse(), .. new byte[2 * Block]];
    }

    /// <summary>Makes the checksum of every block right that looks like a header, but for one in eight, which stays as it is.</summary>
    internal static byte[] Repair(byte[] archive)
    {
        // The choice hangs on the bytes: the same number must give the same input.
        for (int at = 0, i = 0; at + Block <= archive.Length && i < MostBlocks; at += Block, i++)
        {
            Span<byte> block = archive.AsSpan(at, Block);
            if (block.Slice(257, 5).SequenceEqual("ustar"u8) && (archive.Length + at) % 8 != 7) PutChecksum(block);
        }

        return archive;
    }

    private static void PutChecksum(Span<byte> block)
    {
        block[148..156].Fill((byte)' ');
        int sum = 0;
        foreach (byte b in block) sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block[148..156]);
    }

    private static byte[] Archive(params (TarEntry Entry, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        var writer = new TarWriter(bytes);
        foreach ((TarEntry entry, byte[] content) in entries) writer.WriteEntry(entry, new MemoryStream(content));
        writer.Complete();
        return bytes.ToArray();
    }

    private static (TarEntry, byte[]) File(string name, string content, params (string Name, string Value)[] attributes) => (new TarEntry
    {
        Type = TarEntryType.File,
        Name = Encoding.UTF8.GetBytes(name),
        Mode = 0b100_110_100_100,
        Size = content.Length,
        Attributes = [.. attributes.Select(a => new TarAttribute(Encoding.UTF8.GetBytes(a.Name), Encoding.UTF8.GetBytes(a.Value)))],
    }, Encoding.UTF8.GetBytes(content));

    private static (TarEntry, byte[]) Directory(string name) => (new TarEntry { Type = TarEntryType.Directory, Name = Encoding.UTF8.GetBytes(name), Mode = 0b111_101_101 }, []);

    private static (TarEntry, byte[]) Link(string name, string target) =>
        (new TarEntry { Type = TarEntryType.SymbolicLink, Name = Encoding.UTF8.GetBytes(name), LinkName = Encoding.UTF8.GetBytes(target) }, []);

    private static (TarEntry, byte[]) HardLink(string name, string target) =>
        (new TarEntry { Type = TarEntryType.HardLink, Name = Encoding.UTF8.GetBytes(name), LinkName = Encoding.UTF8.GetBytes(target) }, []);

    private static (TarEntry, byte[]) Node(string name, TarEntryType type) => (new TarEntry { Type = type, Name = Encoding.UTF8.GetBytes(name), DeviceMajor = 1, DeviceMinor = 3 }, []);

    private static byte[] Header(string name, char type, int size)
    {
        byte[] block = new byte[Block];
        Encoding.ASCII.GetBytes(name).CopyTo(block, 0);
        "0000644\00000000\00000000\0"u8.CopyTo(block.AsSpan(100));
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0')).CopyTo(block, 124);
        block[156] = (byte)type;
        return block;
    }

    // The map is in the header: two runs of 512 bytes, the second of them a tebibyte away.
    private static byte[] GnuSparse()
    {
        byte[] block = Header("sparse", 'S', 1024);
        "ustar  \0"u8.CopyTo(block.AsSpan(257));
        "00000000000\000000001000\0"u8.CopyTo(block.AsSpan(386));
        PutBase256(block.AsSpan(410, 12), 1L << 40);
        "00000001000\0"u8.CopyTo(block.AsSpan(422));
        PutBase256(block.AsSpan(483, 12), (1L << 40) + 512);
        PutChecksum(block);
        return [.. block, .. Enumerable.Repeat((byte)'s', 1024)];
    }

    private static byte[] PaxSparse()
    {
        const string map = "2\n0\n512\n1099511627264\n512\n";
        string[] records = ["22 GNU.sparse.major=1\n", "22 GNU.sparse.minor=0\n", "27 GNU.sparse.name=sparse2\n", "37 GNU.sparse.realsize=1099511627776\n"];
        byte[] pax = new byte[Block];
        Encoding.ASCII.GetBytes(string.Concat(records)).CopyTo(pax, 0);
        byte[] header = Header("pax", 'x', records.Sum(r => r.Length));
        byte[] file = Header("GNUSparseFile.0/sparse2", '0', 3 * Block);
        foreach (byte[] block in (byte[][])[header, file])
        {
            "ustar\00000"u8.CopyTo(block.AsSpan(257));
            PutChecksum(block);
        }

        byte[] content = new byte[3 * Block];
        Encoding.ASCII.GetBytes(map).CopyTo(content, 0);
        content.AsSpan(Block).Fill((byte)'p');
        return [.. header, .. pax, .. file, .. content];
    }

    private static void PutBase256(Span<byte> field, long value)
    {
        field.Clear();
        BinaryPrimitives.WriteInt64BigEndian(field[^8..], value);
        field[0] |= 0x80;
    }
}
