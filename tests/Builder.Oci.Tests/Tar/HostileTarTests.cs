using System.Text;
using Builder.Oci.Tar;

namespace Builder.Oci.Tests.Tar;

public class HostileTarTests
{
    [Theory]
    [InlineData("5 a=b\n")]
    [InlineData("7 a=b\n")]
    [InlineData("x a=b\n")]
    [InlineData("99999999999999 a=b\n")]
    [InlineData("6 =bb\n")]
    [InlineData("5 ab\n")]
    [InlineData("6 a=b")]
    [InlineData("-6 a=b\n")]
    [InlineData("11 size=-1\n")]
    [InlineData("11 size=1x\n")]
    [InlineData("12 mtime=1e\n")]
    [InlineData("10 mtime=.\n")]
    [InlineData("32 mtime=99999999999999999999999\n")]
    [InlineData("11 path=\0a\n")]
    [InlineData("12 uid=1.5x\n")]
    [InlineData("23 GNU.sparse.offset=1\n23 GNU.sparse.offset=1\n")]
    [InlineData("25 GNU.sparse.numbytes=1\n")]
    public void A_malformed_pax_record_is_refused(string records) => Refused([.. Header('x', "x", records.Length), .. Padded(records), .. Header('0', "f", 0)]);

    [Theory]
    [InlineData("24 GNU.sparse.map=0,1,5\n23 GNU.sparse.size=10\n")]
    [InlineData("24 GNU.sparse.map=5,1,0,1\n23 GNU.sparse.size=10\n")]
    [InlineData("22 GNU.sparse.map=0,9\n22 GNU.sparse.size=5\n")]
    [InlineData("22 GNU.sparse.map=0,9\n")]
    [InlineData("22 GNU.sparse.map=9,0\n22 GNU.sparse.size=5\n")]
    [InlineData("22 GNU.sparse.map=a,b\n22 GNU.sparse.size=5\n")]
    public void A_sparse_map_that_contradicts_itself_is_refused(string records)
    {
        records = Relength(records);
        Refused([.. Header('x', "x", records.Length), .. Padded(records), .. Header('0', "f", 2), .. Padded("ab")]);
    }

    [Theory]
    [InlineData("1\n0\n2\n")]
    [InlineData("2\n0\n1\n1\n1\n")]
    public void A_sparse_map_in_the_content_is_used(string map)
    {
        using TarReader reader = Sparse10(map, "ab", realSize: 4);
        TarEntry entry = reader.ReadEntry()!;
        Assert.Equal(("named", 4), (entry.ToString(), entry.Size));
        Assert.Equal("ab\0\0", new StreamReader(reader.Content).ReadToEnd());
        Assert.Null(reader.ReadEntry());
    }

    [Theory]
    [InlineData("1\n0\n3\n")]
    [InlineData("1\n4\n2\n")]
    [InlineData("99999999\n")]
    [InlineData("9999999999999999999999999\n")]
    [InlineData("1\n\n")]
    [InlineData("x\n")]
    [InlineData("300\n1\n1")]
    public void A_bad_sparse_map_in_the_content_is_refused(string map)
    {
        using TarReader reader = Sparse10(map, "ab", realSize: 4);
        Assert.Throws<TarFormatException>(reader.ReadEntry);
    }

    [Theory]
    [InlineData(3, "abc")]
    [InlineData(600, null)]
    public void The_size_of_an_extended_header_counts_and_never_what_the_plain_one_says_too(int size, string? content)
    {
        string records = Relength($"00 size={size}\n");
        byte[] archive = [.. Header('x', "x", records.Length), .. Padded(records), .. Header('0', "f", 10), .. Padded("abcdefghij"), .. Header('0', "g", 0), .. new byte[1024]];
        using TarReader reader = new(new MemoryStream(archive));
        TarEntry entry = reader.ReadEntry()!;
        Assert.Equal(size, entry.Size);
        string read = new StreamReader(reader.Content, Encoding.Latin1).ReadToEnd();
        Assert.Equal(content ?? read, read);
        Assert.Equal(size, read.Length);
        Assert.Equal(content is null ? null : "g", reader.ReadEntry()?.ToString());
    }

    [Fact]
    public void Metadata_is_capped()
    {
        Assert.Contains("1048576", Refused(Header('x', "x", (1 << 20) + 1)).Message, StringComparison.Ordinal);
        Assert.Contains("1048576", Refused(Header('L', "x", 1L << 32)).Message, StringComparison.Ordinal);
        Refused([.. Header('L', "x", 70_000), .. Padded(new string('n', 70_000)), .. Header('0', "f", 0)]);
        Refused([.. Header('L', "x", 0), .. Header('0', "f", 0)]);
        string path = Relength($"00 path={new string('p', 70_000)}\n");
        Refused([.. Header('x', "x", path.Length), .. Padded(path), .. Header('0', "f", 0)]);
        byte[] many = [.. Enumerable.Repeat<byte[]>([.. Header('x', "x", 500_000), .. Padded(Relength($"00 comment={new string('c', 499_980)}\n"), 500_000)], 3).SelectMany(b => b)];
        Refused(many);
    }

    [Fact]
    public void A_global_header_applies_until_overridden()
    {
        string global = "12 uid=1234\n" + Relength("00 SCHILY.xattr.user.g=v\n") + "13 comment=x\n";
        string local = "10 uid=99\n";
        using var reader = new TarReader(new MemoryStream(
            [.. Header('g', "g", global.Length), .. Padded(global), .. Header('0', "a", 0), .. Header('x', "x", local.Length), .. Padded(local), .. Header('0', "b", 0)]));
        TarEntry first = reader.ReadEntry()!;
        Assert.Equal((1234, "user.g"), (first.Uid, Encoding.ASCII.GetString(Assert.Single(first.Attributes).Name)));
        Assert.Equal(99, reader.ReadEntry()!.Uid);
        Assert.Null(reader.ReadEntry());
    }

    [Fact]
    public void A_global_header_that_names_every_entry_is_refused() =>
        Refused([.. Header('g', "g", 9), .. Padded("9 path=a\n"), .. Header('0', "f", 0)]);

    [Fact]
    public void Odd_but_legal_headers_are_understood()
    {
        byte[] label = Header('V', "label", 0);
        byte[] contiguous = Header('7', "c", 0);
        byte[] v7Directory = Header('\0', "d/", 0, magic: "");
        byte[] linkWithSize = Header('1', "l", 512, link: "c");
        byte[] root = Header('5', "///", 0);
        byte[] negative = Header('0', "n", 0);
        negative.AsSpan(136, 12).Fill(0xff);
        TarBlock.PutChecksum(negative);
        byte[] star = Header('0', "s", 0);
        "prefix"u8.CopyTo(star.AsSpan(345));
        star.AsSpan(480, 12).Fill((byte)'7');
        "tar\0"u8.CopyTo(star.AsSpan(508));
        TarBlock.PutChecksum(star);
        byte[] signed = Header('0', "\u00ff\u00ff", 0);
        TarBlock.TryPutOctal(signed.AsSpan(148, 7), signed.Select((b, i) => i is >= 148 and < 156 ? ' ' : (long)(sbyte)b).Sum());
        using var reader = new TarReader(new MemoryStream([.. label, .. contiguous, .. v7Directory, .. linkWithSize, .. root, .. negative, .. star, .. signed]));
        Assert.Equal((TarEntryType.File, "c"), Next(reader));
        Assert.Equal((TarEntryType.Directory, "d"), Next(reader));
        Assert.Equal((TarEntryType.HardLink, "l"), Next(reader));
        Assert.Equal((TarEntryType.Directory, "/"), Next(reader));
        Assert.Equal(-1, reader.ReadEntry()!.ModifiedSeconds);
        Assert.Equal((TarEntryType.File, "prefix/s"), Next(reader));
        Assert.Equal([0xff, 0xff], reader.ReadEntry()!.Name);
        Assert.Null(reader.ReadEntry());
    }

    [Fact]
    public void Headers_that_make_no_sense_are_refused()
    {
        Refused(new byte[511]);
        Refused(Encoding.ASCII.GetBytes(new string('x', 512)));
        Refused([.. new byte[512], .. Header('0', "f", 0)]);
        Refused(Header('0', "", 0));
        Refused(Header('2', "l", 0));
        Assert.Contains("'Z' (90)", Refused(Header('Z', "z", 0)).Message, StringComparison.Ordinal);
        Refused(Changed(block => block.AsSpan(100, 8).Fill((byte)'9')));
        Refused(Changed(block => block.AsSpan(124, 12).Fill(0xff)));
        Refused(Changed(block => block.AsSpan(108, 8).Fill(0xff)));
        Refused(Changed(block => { block.AsSpan(124, 12).Fill(0x7f); block[124] = 0x80; }));
        Refused([.. Header('x', "x", 0)]);
        Refused([.. Header('x', "x", 100), .. new byte[100]]);

        static byte[] Changed(Action<byte[]> change)
        {
            byte[] block = Header('0', "f", 0);
            change(block);
            TarBlock.PutChecksum(block);
            return block;
        }
    }

    [Fact]
    public void A_gnu_sparse_header_must_be_followed_by_its_map()
    {
        byte[] block = Header('S', "s", 0);
        block[482] = 1;
        TarBlock.PutChecksum(block);
        Assert.Contains("truncated", Refused(block).Message, StringComparison.Ordinal);
        Refused([.. block, .. Enumerable.Repeat((byte)'9', 512)]);
    }

    [Fact]
    public void Content_can_not_be_read_after_the_reader_moved_on()
    {
        using var reader = new TarReader(new MemoryStream([.. Header('0', "a", 3), .. Padded("abc"), .. Header('0', "b", 0)]));
        Assert.Throws<InvalidOperationException>(() => reader.Content);
        reader.ReadEntry();
        Stream content = reader.Content;
        Assert.Equal('a', content.ReadByte());
        reader.ReadEntry();
        Assert.Throws<ObjectDisposedException>(() => content.ReadByte());
        Assert.Equal(-1, reader.Content.ReadByte());
        Assert.False(reader.Content.CanSeek || reader.Content.CanWrite);
        Assert.Throws<NotSupportedException>(() => reader.Content.Length);
    }

    [Fact]
    public void Control_characters_of_a_name_do_not_reach_a_terminal() => Assert.Equal("a?[31mb", TarEntry.Display("a\u001b[31mb"u8));

    [Fact]
    public void Damaged_archives_are_read_or_refused_but_never_crash()
    {
        byte[] good = TarRoundTripTests.Write(
        [
            (TarRoundTripTests.Made(TarEntryType.File, TarRoundTripTests.Bytes("ü"), [], 10) with { Attributes = [new TarAttribute([1], [2])], Uid = 1L << 40 }, new byte[10]),
            (TarRoundTripTests.Made(TarEntryType.HardLink, TarRoundTripTests.Bytes("h"), TarRoundTripTests.Bytes("ü"), 0), []),
        ]);
        var random = new Random(11);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = [.. good];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                int at = random.Next(good.Length - 1024);
                damaged[at] = (byte)(random.Next(2) == 0 ? random.Next(256) : "0123456789xgLKSV\n =,"[random.Next(20)]);
                TarBlock.PutChecksum(damaged.AsSpan(at / 512 * 512, 512));
            }

            try
            {
                using var reader = new TarReader(new DribblingStream(damaged));
                TarRoundTripTests.Drain(reader);
            }
            catch (TarFormatException error)
            {
                Assert.NotEmpty(error.Message);
            }
        }
    }

    private static (TarEntryType Type, string Name) Next(TarReader reader) => reader.ReadEntry() is { } entry ? (entry.Type, entry.ToString()) : default;

    private static TarFormatException Refused(byte[] archive)
    {
        using var reader = new TarReader(new MemoryStream(archive));
        return Assert.Throws<TarFormatException>(() => TarRoundTripTests.Drain(reader));
    }

    [Fact]
    public void Holes_are_passed_over_without_reading_their_zeros()
    {
        using TarReader reader = Sparse10("2\n4\n1\n60000000000\n1\n", "ab", realSize: 60_000_000_009);
        Assert.Equal(60_000_000_009, reader.ReadEntry()!.Size);
        var seen = new List<(long Hole, int Data)>();
        while (true)
        {
            long hole = reader.SkipHole();
            seen.Add((hole, reader.Content.ReadByte()));
            if (seen[^1].Data < 0) break;
        }

        Assert.Equal([(4, 'a'), (59_999_999_995, 'b'), (8, -1)], seen);
    }

    [Theory]
    [InlineData(1L << 40)]
    [InlineData(999_999_999_999_999_999)]
    public void More_holes_than_anyone_wants_written_are_refused(long realSize)
    {
        using TarReader reader = Sparse10("1\n0\n2\n", "ab", realSize);
        Assert.Contains("the holes of sparse files are more than 64 GiB, at 'named'", Assert.Throws<TarFormatException>(reader.ReadEntry).Message, StringComparison.Ordinal);
    }

    private static TarReader Sparse10(string map, string data, long realSize)
    {
        string records = string.Concat(new[] { "major=1", "minor=0", "name=named", $"realsize={realSize}" }.Select(r => Relength($"00 GNU.sparse.{r}\n")));
        byte[] content = [.. Padded(map), .. Padded(data)];
        return new TarReader(new MemoryStream([.. Header('x', "x", records.Length), .. Padded(records), .. Header('0', "GNUSparseFile.0/f", 512 + data.Length), .. content]));
    }

    // Puts the right length before each record.
    private static string Relength(string records) => string.Concat(records.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(record =>
    {
        using var output = new MemoryStream();
        int equals = record.IndexOf('=', StringComparison.Ordinal);
        PaxRecords.Append(output, Encoding.Latin1.GetBytes(record[(record.IndexOf(' ', StringComparison.Ordinal) + 1)..equals]), Encoding.Latin1.GetBytes(record[(equals + 1)..]));
        return Encoding.Latin1.GetString(output.ToArray());
    }));

    private static byte[] Padded(string text, int atLeast = 0)
    {
        int length = Math.Max(text.Length, atLeast);
        byte[] padded = new byte[length + TarBlock.Padding(length)];
        Encoding.Latin1.GetBytes(text).CopyTo(padded, 0);
        return padded;
    }

    private static byte[] Header(char type, string name, long size, string magic = "ustar\000", string link = "")
    {
        byte[] block = new byte[512];
        Encoding.Latin1.GetBytes(name).CopyTo(block, 0);
        Encoding.Latin1.GetBytes(link).CopyTo(block, 157);
        Encoding.Latin1.GetBytes(magic).CopyTo(block, 257);
        TarBlock.TryPutOctal(block.AsSpan(124, 12), size);
        block[156] = (byte)type;
        TarBlock.PutChecksum(block);
        return block;
    }
}
