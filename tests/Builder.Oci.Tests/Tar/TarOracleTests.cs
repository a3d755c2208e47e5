using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Builder.Oci.Tar;
using Builder.Oci.Tests.Tools;
using TarEntry = Builder.Oci.Tar.TarEntry;
using TarEntryType = Builder.Oci.Tar.TarEntryType;
using TarReader = Builder.Oci.Tar.TarReader;

namespace Builder.Oci.Tests.Tar;

/// <summary>Other programs write, we read; we write, others read.</summary>
public class TarOracleTests
{
    private const string LongName = "a-directory-with-a-long-name-that-goes-on-and-on/another-directory-with-a-long-name-that-goes-on-and-on/and-a-file-name-that-is-longer-than-the-hundred-bytes-which-a-header-has-room-for-so-that-something-must-be-done-about-it";

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    public void Archives_of_the_framework_are_read(TarEntryFormat format)
    {
        using var archive = new MemoryStream();
        using (var writer = new System.Formats.Tar.TarWriter(archive, format, leaveOpen: true))
        {
            System.Formats.Tar.TarEntry Make(System.Formats.Tar.TarEntryType type, string name) => format switch
            {
                TarEntryFormat.V7 => new V7TarEntry(type == System.Formats.Tar.TarEntryType.RegularFile ? System.Formats.Tar.TarEntryType.V7RegularFile : type, name),
                TarEntryFormat.Ustar => new UstarTarEntry(type, name),
                TarEntryFormat.Gnu => new GnuTarEntry(type, name),
                _ => new PaxTarEntry(type, name),
            };
            var time = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);
            System.Formats.Tar.TarEntry file = Make(System.Formats.Tar.TarEntryType.RegularFile, "dir/file");
            (file.DataStream, file.Mode, file.Uid, file.Gid, file.ModificationTime) = (new MemoryStream("hello"u8.ToArray()), (UnixFileMode)0x1a4, 1000, 1001, time);
            writer.WriteEntry(Make(System.Formats.Tar.TarEntryType.Directory, "dir/"));
            writer.WriteEntry(file);
            System.Formats.Tar.TarEntry link = Make(System.Formats.Tar.TarEntryType.SymbolicLink, "dir/link");
            link.LinkName = format is TarEntryFormat.Gnu or TarEntryFormat.Pax ? LongName : "file";
            writer.WriteEntry(link);
            if (format is TarEntryFormat.Gnu or TarEntryFormat.Pax) writer.WriteEntry(Make(System.Formats.Tar.TarEntryType.RegularFile, LongName));
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        TarEntry directory = reader.ReadEntry()!;
        Assert.Equal((TarEntryType.Directory, "dir"), (directory.Type, directory.ToString()));
        TarEntry read = reader.ReadEntry()!;
        Assert.Equal((TarEntryType.File, "dir/file", 0x1a4, 1000, 1001, 1_600_000_000, 5), (read.Type, read.ToString(), read.Mode, read.Uid, read.Gid, read.ModifiedSeconds, read.Size));
        Assert.Equal("hello", new StreamReader(reader.Content).ReadToEnd());
        TarEntry symlink = reader.ReadEntry()!;
        Assert.Equal(format is TarEntryFormat.Gnu or TarEntryFormat.Pax ? LongName : "file", Encoding.UTF8.GetString(symlink.LinkName));
        if (format is TarEntryFormat.Gnu or TarEntryFormat.Pax) Assert.Equal(LongName, reader.ReadEntry()!.ToString());
        Assert.Null(reader.ReadEntry());
    }

    [Fact]
    public void The_framework_reads_what_is_written()
    {
        TarEntry file = TarRoundTripTests.Made(TarEntryType.File, TarRoundTripTests.Bytes("ü/" + LongName), [], 3) with
        {
            Uid = 5_000_000,
            Gid = 7,
            Mode = 0x9ed,
            ModifiedSeconds = 1_700_000_000,
            ModifiedNanoseconds = 250_000_000,
            Attributes = [new TarAttribute("user.key"u8.ToArray(), "value"u8.ToArray())],
        };
        TarEntry node = TarRoundTripTests.Made(TarEntryType.CharacterDevice, "null"u8.ToArray(), [], 0) with { DeviceMajor = 1, DeviceMinor = 3 };
        TarEntry hard = TarRoundTripTests.Made(TarEntryType.HardLink, "hard"u8.ToArray(), file.Name, 0);
        using var reader = new System.Formats.Tar.TarReader(new MemoryStream(TarRoundTripTests.Write([(file, "abc"u8.ToArray()), (node, []), (hard, [])])));

        var read = (PaxTarEntry)reader.GetNextEntry()!;
        Assert.Equal(("ü/" + LongName, 5_000_000, 7, (UnixFileMode)0x9ed, 3), (read.Name, read.Uid, read.Gid, read.Mode, read.Length));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250), read.ModificationTime);
        Assert.Equal("value", read.ExtendedAttributes["SCHILY.xattr.user.key"]);
        Assert.Equal((1, 3), reader.GetNextEntry() is PosixTarEntry device ? (device.DeviceMajor, device.DeviceMinor) : default);
        Assert.Equal("ü/" + LongName, reader.GetNextEntry()!.LinkName);
        Assert.Null(reader.GetNextEntry());
    }

    [ToolTheory("tar")]
    [InlineData("--format=v7 --exclude=fifo")]
    [InlineData("--format=oldgnu")]
    [InlineData("--format=gnu")]
    [InlineData("--format=ustar")]
    [InlineData("--format=posix")]
    public void A_tree_packed_by_gnu_tar_is_read(string format)
    {
        using var scratch = new ScratchDirectory();
        Tool.Shell(scratch.Path, """
            mkdir -p tree/sub; printf hello > tree/file; ln tree/file tree/hard; ln -s file tree/soft; mkfifo tree/fifo
            printf x > "$(printf 'tree/bad\377name')"; chmod 6755 tree/file; touch -d @1500000000 tree/file
            """);
        Tool.Shell(scratch.Path, $"tar {format} --sort=name --owner=1234 --group=5678 --numeric-owner -cf a.tar tree");
        Dictionary<string, TarEntry> entries = ReadAll(scratch["a.tar"]).ToDictionary(pair => Encoding.Latin1.GetString(pair.Entry.Name), pair => pair.Entry, StringComparer.Ordinal);
        string[] fifo = format.Contains("exclude", StringComparison.Ordinal) ? [] : ["tree/fifo"];
        Assert.Equal(["tree", "tree/bad\u00ffname", .. fifo, "tree/file", "tree/hard", "tree/soft", "tree/sub"], entries.Keys.Order(StringComparer.Ordinal));
        TarEntry file = entries["tree/file"];
        Assert.Equal((0xded, 1234, 5678, 1_500_000_000, 5), (file.Mode, file.Uid, file.Gid, file.ModifiedSeconds, file.Size));
        Assert.Equal((TarEntryType.HardLink, "tree/file"), (entries["tree/hard"].Type, Encoding.ASCII.GetString(entries["tree/hard"].LinkName)));
        Assert.Equal((TarEntryType.SymbolicLink, "file"), (entries["tree/soft"].Type, Encoding.ASCII.GetString(entries["tree/soft"].LinkName)));
        Assert.Equal(TarEntryType.Directory, entries["tree/sub"].Type);
    }

    [ToolTheory("tar", "truncate")]
    [InlineData("--format=gnu")]
    [InlineData("--format=posix --sparse-version=0.0")]
    [InlineData("--format=posix --sparse-version=0.1")]
    [InlineData("--format=posix --sparse-version=1.0")]
    public void Sparse_files_packed_by_gnu_tar_read_as_they_were(string format)
    {
        using var scratch = new ScratchDirectory();
        using (FileStream file = File.Create(scratch["sparse"]))
        {
            for (int i = 0; i < 40; i++)
            {
                file.Position = i * 262_144L;
                file.Write(Encoding.ASCII.GetBytes($"island {i}"));
            }

            file.SetLength(20 << 20);
        }

        Tool.Shell(scratch.Path, $"truncate -s 1M hole; printf x > small; tar {format} -S -cf a.tar sparse hole small");
        Assert.True(new FileInfo(scratch["a.tar"]).Length < 4 << 20, "tar made no sparse archive: does this file system keep holes?");
        List<(TarEntry Entry, string Hash)> entries = ReadAll(scratch["a.tar"]);
        Assert.Equal([("sparse", 20 << 20), ("hole", 1 << 20), ("small", 1)], entries.Select(e => (e.Entry.ToString(), e.Entry.Size)));
        Assert.Equal(["sparse", "hole", "small"], entries.Where(e => e.Hash == HashOf(scratch[e.Entry.ToString()])).Select(e => e.Entry.ToString()));
        Assert.True(entries[0].Entry.Extents!.Count >= 40);
        Assert.Null(entries[2].Entry.Extents);
    }

    [ToolFact("tar")]
    public void Gnu_tar_unpacks_what_is_written()
    {
        byte[] raw = [.. "dir/raw"u8, 0xff, 0xfe, (byte)'\n'];
        using var scratch = new ScratchDirectory();
        File.WriteAllBytes(scratch["a.tar"], TarRoundTripTests.Write(
        [
            (TarRoundTripTests.Made(TarEntryType.Directory, "dir"u8.ToArray(), [], 0) with { Mode = 0x1ed }, []),
            (TarRoundTripTests.Made(TarEntryType.File, raw, [], 5) with { Mode = 0x1a4, ModifiedSeconds = -5, ModifiedNanoseconds = 500_000_000 }, "12345"u8.ToArray()),
            (TarRoundTripTests.Made(TarEntryType.File, Encoding.ASCII.GetBytes(LongName), [], 700) with { Uid = 3_000_000, Mode = 0x124 }, new byte[700]),
            (TarRoundTripTests.Made(TarEntryType.HardLink, "dir/hard"u8.ToArray(), raw, 0), []),
            (TarRoundTripTests.Made(TarEntryType.SymbolicLink, "dir/soft"u8.ToArray(), "/etc/passwd"u8.ToArray(), 0), []),
            (TarRoundTripTests.Made(TarEntryType.Fifo, "dir/fifo"u8.ToArray(), [], 0) with { Mode = 0x180 }, []),
        ]));
        string listing = Tool.Shell(scratch.Path, "tar --numeric-owner --full-time -tvf a.tar; mkdir out; tar --no-same-owner -C out -xf a.tar");
        Assert.Contains("3000000/0", listing, StringComparison.Ordinal);
        Assert.Equal("12345 2 -5 p /etc/passwd 700", Tool.Shell(scratch.Path, $$"""
            f="$(printf 'out/dir/raw\377\376\nx')"; f="${f%x}"
            printf '%s %s %s %s %s' "$(cat "$f")" "$(stat -c '%h %Y' "$f")" "$(test -p out/dir/fifo && echo p)" "$(readlink out/dir/soft)" "$(stat -c %s out/{{LongName}})"
            """));
    }

    [ToolFact("tar", "setfattr")]
    public void Attributes_travel_both_ways_through_gnu_tar()
    {
        using var scratch = new ScratchDirectory();
        Tool.Shell(scratch.Path, "echo x > f; setfattr -n user.text -v hello f; setfattr -n user.empty f; setfattr -n user.bin -v 0x000aff3d f; tar --xattrs -cf a.tar f");
        TarEntry file = Assert.Single(ReadAll(scratch["a.tar"])).Entry;
        Assert.Equal(["user.bin=000AFF3D", "user.empty=", "user.text=68656C6C6F"], file.Attributes.Select(a => Encoding.ASCII.GetString(a.Name) + "=" + Convert.ToHexString(a.Value)));
        File.WriteAllBytes(scratch["b.tar"], TarRoundTripTests.Write([(file, "x\n"u8.ToArray())]));
        Assert.Contains("user.bin=0x000aff3d", Tool.Shell(scratch.Path, "mkdir o; tar --xattrs --xattrs-include='*' -C o -xf b.tar; getfattr -d -e hex o/f"), StringComparison.Ordinal);
    }

    private static List<(TarEntry Entry, string Hash)> ReadAll(string path)
    {
        using FileStream archive = File.OpenRead(path);
        using var reader = new TarReader(archive);
        var all = new List<(TarEntry Entry, string Hash)>();
        while (reader.ReadEntry() is { } entry) all.Add((entry, Convert.ToHexString(SHA256.HashData(reader.Content))));
        return all;
    }

    private static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
