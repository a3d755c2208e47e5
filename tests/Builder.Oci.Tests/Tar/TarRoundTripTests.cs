using System.Text;
using Builder.Oci.Tar;
using FsCheck;
using FsCheck.Fluent;

namespace Builder.Oci.Tests.Tar;

public class TarRoundTripTests
{
    private static readonly Gen<byte[]> Name =
        from length in Gen.Frequency((6, Gen.Choose(1, 20)), (3, Gen.Choose(90, 270)), (1, Gen.Choose(1000, 5000)))
        from bytes in Gen.Frequency((2, Gen.Choose(1, 255)), (3, Gen.Elements<int>('a', 'b', '/', '.', ' ', '\n', '='))).Select(b => (byte)b).ArrayOf(length)
        let trimmed = bytes.AsSpan().TrimEnd((byte)'/').ToArray()
        where trimmed.Length > 0
        select trimmed;

    private static readonly Gen<long> Number =
        Gen.Frequency((4, Gen.Choose(0, 70_000).Select(n => (long)n)), (1, Gen.Elements(0L, 2_097_151, 2_097_152, uint.MaxValue, 1L << 40, long.MaxValue)));

    private static readonly Gen<TarAttribute> Attribute =
        from name in Gen.Choose(1, 255).Where(b => b != '=').Select(b => (byte)b).NonEmptyListOf()
        from value in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf()
        select new TarAttribute([.. name], value);

    private static readonly Gen<(TarEntry Entry, byte[] Content)> Entry =
        from type in Gen.Elements(Enum.GetValues<TarEntryType>())
        from name in Name
        from link in Name
        from mode in Gen.Choose(0, 4095)
        from uid in Number
        from gid in Number
        from seconds in Gen.Elements(0, 1, -1, -2, 1_700_000_000, 8_589_934_591, 8_589_934_592, -62_135_596_800)
        from nanoseconds in Gen.Elements(0, 1, 500_000_000, 999_999_999)
        from device in Gen.Choose(0, 1 << 20)
        from content in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(1300).Select(bytes => bytes[..(bytes.Length > 0 ? bytes[0] * 5 : 0)])
        from attributes in Gen.Frequency((3, Gen.Constant(new List<TarAttribute>())), (1, Attribute.ListOf().Select(list => list.ToList())))
        select (Made(type, name, link, content.Length) with
        {
            Mode = mode,
            Uid = uid,
            Gid = gid,
            ModifiedSeconds = seconds,
            ModifiedNanoseconds = nanoseconds,
            DeviceMajor = IsDevice(type) ? (uint)device : 0,
            DeviceMinor = IsDevice(type) ? (uint)device / 2 : 0,
            Attributes = [.. attributes.DistinctBy(a => Convert.ToHexString(a.Name)).OrderBy(a => Encoding.Latin1.GetString(a.Name), StringComparer.Ordinal)],
        }, content);

    [Fact]
    public void What_is_written_is_read_back_whatever_the_bytes_of_the_names() =>
        Prop.ForAll(Entry.ListOf().ToArbitrary(), entries =>
        {
            byte[] archive = Write(entries);
            using var reader = new TarReader(new MemoryStream(archive));
            foreach ((TarEntry expected, byte[] content) in entries)
            {
                TarEntry actual = reader.ReadEntry()!;
                AssertSame(expected, actual);
                using var copy = new MemoryStream();
                reader.Content.CopyTo(copy);
                Assert.Equal(expected.Type == TarEntryType.File ? content : [], copy.ToArray());
            }

            Assert.Null(reader.ReadEntry());
            Assert.Null(reader.ReadEntry());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Reading_asynchronously_from_a_dribbling_stream_gives_the_same()
    {
        (TarEntry Entry, byte[] Content)[] entries = [.. Entry.Sample(30, 20)];
        using var reader = new TarReader(new DribblingStream(Write(entries)));
        foreach ((TarEntry expected, byte[] content) in entries)
        {
            TarEntry actual = (await reader.ReadEntryAsync(CancellationToken.None))!;
            AssertSame(expected, actual);
            if (expected.Size % 2 == 1) continue; // the reader skips what was not read
            using var copy = new MemoryStream();
            await reader.Content.CopyToAsync(copy);
            Assert.Equal(expected.Type == TarEntryType.File ? content : [], copy.ToArray());
        }

        Assert.Null(await reader.ReadEntryAsync(CancellationToken.None));
    }

    [Fact]
    public async Task The_asynchronous_writer_writes_the_same_bytes()
    {
        (TarEntry Entry, byte[] Content)[] entries = [.. Entry.Sample(30, 20)];
        using var output = new MemoryStream();
        var writer = new TarWriter(output);
        foreach ((TarEntry entry, byte[] content) in entries) await writer.WriteEntryAsync(entry, new MemoryStream(content), CancellationToken.None);
        await writer.CompleteAsync(CancellationToken.None);
        Assert.Equal(Write(entries), output.ToArray());
    }

    [Fact]
    public void An_archive_cut_anywhere_is_truncated_or_whole_so_far()
    {
        TarEntry file = Made(TarEntryType.File, Bytes(new string('n', 150)), [], 700) with { Attributes = [new TarAttribute(Bytes("user.a"), [0, 1])] };
        byte[] archive = Write([(file, new byte[700])]);
        foreach (bool seekable in (bool[])[true, false])
        {
            for (int length = 0; length < archive.Length; length++)
            {
                using Stream stream = seekable ? new MemoryStream(archive, 0, length) : new DribblingStream(archive[..length]);
                using var reader = new TarReader(stream);
                bool whole = length == 0 || (length >= 2560 && length % 512 == 0);
                if (whole) Drain(reader);
                else Assert.Contains("truncated", Assert.Throws<TarFormatException>(() => Drain(reader)).Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_plain_entry_takes_one_header_block_and_no_extended_one()
    {
        byte[] archive = Write([(Made(TarEntryType.Directory, Bytes("etc"), [], 0) with { Mode = 0x1ed }, [])]);
        Assert.Equal(512 * 3, archive.Length);
        Assert.Equal("etc/", Encoding.ASCII.GetString(archive, 0, 5).TrimEnd('\0'));
        Assert.Equal("0000755", Encoding.ASCII.GetString(archive, 100, 7));
        Assert.Equal((byte)'5', archive[156]);
    }

    [Fact]
    public void A_long_name_is_split_at_a_slash_before_pax_is_needed()
    {
        byte[] name = Bytes(new string('d', 120) + "/" + new string('f', 90));
        byte[] archive = Write([(Made(TarEntryType.File, name, [], 0), [])]);
        Assert.Equal(512 * 3, archive.Length);
        using var reader = new TarReader(new MemoryStream(archive));
        Assert.Equal(name, reader.ReadEntry()!.Name);
    }

    [Fact]
    public void What_tar_can_not_say_is_refused()
    {
        TarEntry file = Made(TarEntryType.File, Bytes("a"), [], 0);
        Refused(file with { Name = [] });
        Refused(file with { Name = Bytes("a\0b") });
        Refused(file with { Name = Bytes("a/") });
        Refused(file with { Name = new byte[(64 << 10) + 1] });
        Refused(file with { LinkName = Bytes("x") });
        Refused(file with { Type = TarEntryType.SymbolicLink });
        Refused(file with { Type = TarEntryType.SymbolicLink, LinkName = Bytes("a\0") });
        Refused(file with { Type = TarEntryType.Directory, Size = 1 });
        Refused(file with { Size = -1 });
        Refused(file with { Uid = -1 });
        Refused(file with { Mode = 4096 });
        Refused(file with { ModifiedNanoseconds = 1_000_000_000 });
        Refused(file with { Type = TarEntryType.CharacterDevice, DeviceMajor = uint.MaxValue });
        Refused(file with { Attributes = [new TarAttribute(Bytes("a=b"), [])] });
        Refused(file with { Attributes = [new TarAttribute(Bytes("a"), new byte[1 << 20])] });
        Assert.Throws<ArgumentException>(() => new TarWriter(Stream.Null).WriteEntry(file with { Size = 1 }));

        static void Refused(TarEntry entry) => Assert.Throws<TarFormatException>(() => new TarWriter(Stream.Null).WriteEntry(entry));
    }

    [Fact]
    public async Task A_content_that_ends_early_is_an_error_and_a_longer_one_is_cut()
    {
        TarEntry file = Made(TarEntryType.File, Bytes("grows"), [], 10);
        Assert.Contains("'grows' ended 3 bytes early", Assert.Throws<TarFormatException>(() => new TarWriter(Stream.Null).WriteEntry(file, new MemoryStream(new byte[7]))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TarFormatException>(() => new TarWriter(Stream.Null).WriteEntryAsync(file, new MemoryStream(new byte[7]), CancellationToken.None));
        Assert.Equal(512 * 4, Write([(file, new byte[600])]).Length);
    }

    internal static TarEntry Made(TarEntryType type, byte[] name, byte[] link, int size) => new()
    {
        Type = type,
        Name = name,
        LinkName = type is TarEntryType.HardLink or TarEntryType.SymbolicLink ? link : [],
        Size = type == TarEntryType.File ? size : 0,
    };

    internal static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    internal static byte[] Write(IEnumerable<(TarEntry Entry, byte[] Content)> entries)
    {
        using var output = new MemoryStream();
        var writer = new TarWriter(output);
        foreach ((TarEntry entry, byte[] content) in entries) writer.WriteEntry(entry, new MemoryStream(content));
        writer.Complete();
        return output.ToArray();
    }

    internal static void Drain(TarReader reader)
    {
        while (reader.ReadEntry() is not null) reader.Content.CopyTo(Stream.Null);
    }

    private static bool IsDevice(TarEntryType type) => type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice;

    private static void AssertSame(TarEntry expected, TarEntry actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal(expected.LinkName, actual.LinkName);
        Assert.Equal(expected.Attributes.Select(Show), actual.Attributes.Select(Show));
        Assert.Equal(expected, actual with { Name = expected.Name, LinkName = expected.LinkName, Attributes = expected.Attributes });
    }

    private static string Show(TarAttribute attribute) => Convert.ToHexString(attribute.Name) + "=" + Convert.ToHexString(attribute.Value);
}
