using System.IO.Compression;
using System.Text;
using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Tests.Trees;
using Builder.Graph.Operations;
using Builder.Linux.Files;
using Builder.Oci.Tar;

namespace Builder.Executor.Tests.Copying;

public sealed class ArchiveUnpackerTests : IDisposable
{
    private readonly TestTree _source = new();
    private readonly TestTree _root = new();

    [RootFact]
    public void An_archive_is_unpacked_with_its_owners_modes_and_times()
    {
        WriteArchive("any.name", Directory("d", 0x1C0, uid: 3), File("d/f", "1", uid: 4) with { ModifiedSeconds = 1_000_000_000 }, Link("d/l", "f"), HardLink("d/h", "d/f"));

        Add(["any.name"], "/x");

        Assert.Equal(["x/ 755 0:0", "x/d/ 700 3:0", "x/d/f=1 644 4:0", "x/d/h=1 644 4:0", "x/d/l->f 0:0"], _root.List());
        Assert.Equal(new FileTime(1_000_000_000, 0), _root.Stat("x/d/f").Modified);
        Assert.Equal(_root.Stat("x/d/f").Inode, _root.Stat("x/d/h").Inode);
    }

    [RootFact]
    public void A_compressed_archive_is_recognised_and_anything_else_is_copied()
    {
        WriteArchive("a.tgz", compress: true, File("f", "1"));
        System.IO.File.WriteAllBytes(_source.At("plain.tar"), "not a tar at all"u8.ToArray());
        using (var gzip = new GZipStream(System.IO.File.Create(_source.At("text.gz")), CompressionLevel.Fastest)) gzip.Write("just text"u8);
        System.IO.File.WriteAllBytes(_source.At("empty.tar"), new byte[1024]);

        Add(["a.tgz", "plain.tar", "text.gz", "empty.tar"], "/x/");

        Assert.Equal(["empty.tar", "f", "plain.tar", "text.gz"], System.IO.Directory.GetFiles(_root.At("x")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [RootFact]
    public void Copy_and_unpack_false_leave_an_archive_as_it_is()
    {
        WriteArchive("a.tar", File("f", "1"));

        Run(new CopyOperation { Sources = ["a.tar"], Destination = "/x/" });

        Assert.True(System.IO.File.Exists(_root.At("x/a.tar")));
    }

    [RootFact]
    public void Chown_counts_for_what_is_unpacked_and_chmod_does_not()
    {
        WriteArchive("a.tar", File("d/f", "1", uid: 4));

        Run(new CopyOperation { Sources = ["a.tar"], Destination = "/x", UnpackArchives = true, Chown = "8:9", Chmod = "600" });

        Assert.Equal(["x/ 600 8:9", "x/d/ 755 8:9", "x/d/f=1 644 8:9"], _root.List());
    }

    [RootFact]
    public void Existing_files_are_replaced_and_directories_merged()
    {
        _root.With("x/d/old=o", "x/d/f=before");
        WriteArchive("a.tar", Directory("d", 0x1ED), File("d/f", "after"));

        Add(["a.tar"], "/x");

        Assert.Equal(["x/", "x/d/", "x/d/f=after", "x/d/old=o"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void Nothing_in_an_archive_reaches_outside_of_the_destination()
    {
        using var outside = new TestTree().With("victim=safe");
        _root.With("etc/shadow=secret", "x/");
        WriteArchive(
            "evil.tar",
            File("../../etc/up", "1"),
            File(outside.At("abs"), "2"),
            Link("link", outside.Path), File("link/through", "3"),
            Link("dots", "../etc"), File("dots/through", "4"),
            Link("file", outside.At("victim")), File("file", "5"));

        Add(["evil.tar"], "/x");

        Assert.Equal(["victim=safe"], outside.List(withMetadata: false));
        Assert.Equal(["shadow"], System.IO.Directory.GetFiles(_root.At("etc")).Select(Path.GetFileName));
        Assert.Equal("1", System.IO.File.ReadAllText(_root.At("x/etc/up")));
        Assert.Equal("4", System.IO.File.ReadAllText(_root.At("x/etc/through")));
        Assert.Equal("3", System.IO.File.ReadAllText(_root.At("x" + outside.At("through"))));
        Assert.Equal("5", System.IO.File.ReadAllText(_root.At("x/file")));
    }

    [RootFact]
    public void A_hard_link_to_a_file_outside_is_refused()
    {
        _root.With("etc/shadow=secret", "x/");
        WriteArchive("evil.tar", HardLink("stolen", "../etc/shadow"));

        var e = Assert.Throws<OperationException>(() => Add(["evil.tar"], "/x"));

        Assert.Equal("the archive 'evil.tar' can't be unpacked: the hard link 'stolen' leads to nothing in the archive", e.Message);
    }

    [RootFact]
    public void Devices_become_placeholders_and_forged_attributes_and_whiteouts_are_dropped()
    {
        WriteArchive(
            "a.tar",
            new TarEntry { Type = TarEntryType.CharacterDevice, Name = "null"u8.ToArray(), DeviceMajor = 1, DeviceMinor = 3 },
            new TarEntry { Type = TarEntryType.CharacterDevice, Name = "whiteout"u8.ToArray() },
            File("f", "1") with
            {
                Attributes = [new("user.builder.node"u8.ToArray(), "b:8:0"u8.ToArray()), new("user.overlay.opaque"u8.ToArray(), "y"u8.ToArray()), new("user.ok"u8.ToArray(), "1"u8.ToArray())],
            });

        Add(["a.tar"], "/x");

        using DirectoryHandle x = DirectoryHandle.Open(_root.At("x"));
        Assert.Equal(["x/", "x/f=1", "x/null="], _root.List(withMetadata: false));
        Assert.Equal("c:1:3"u8.ToArray(), x.GetAttribute("null"u8, "user.builder.node"));
        Assert.Equal(["user.ok"], x.ListAttributes("f"u8));
    }

    [RootFact]
    public void Attributes_that_are_more_than_a_file_can_have_are_refused_and_named()
    {
        WriteArchive("a.tar", File("f", "1") with { Attributes = [new("user.huge"u8.ToArray(), new byte[70_000])] });

        var e = Assert.Throws<OperationException>(() => Add(["a.tar"], "/x"));

        Assert.StartsWith("the archive 'a.tar' can't be unpacked: 'f' has an extended attribute 'user.huge' that the store's file system doesn't take: ", e.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public void An_xz_archive_is_unpacked_and_a_damaged_one_copied_as_any_file()
    {
        byte[] xz = Convert.FromBase64String(
            "/Td6WFoAAAFpIt42AgAhARwAAAAQz1jM4Cf/AFtdADMAM1AYaImDAdzibiEFSnA3yYxx0vAMW/m/dcUw4TucolrZ/EhR2ZEmCpxX1cmV4esGrkD93AouMpIPIUobGPBkj+IvbSXfVdi4"
            + "PP7o42t057k1+wTdM/RPOAAAAC8I8fMAAXOAUAAAAIIUCDQ+MA2LAgAAAAABWVo=");
        System.IO.File.WriteAllBytes(_source.At("a.tar.xz"), xz);
        System.IO.File.WriteAllBytes(_source.At("b.tar.xz"), [.. xz[..6], 1, 2, 3]);

        Add(["a.tar.xz", "b.tar.xz"], "/x/");

        Assert.Equal(["b.tar.xz", "f"], System.IO.Directory.GetFiles(_root.At("x")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("1\n", System.IO.File.ReadAllText(_root.At("x/f")));
    }

    [RootFact]
    public void A_truncated_archive_fails_and_is_named()
    {
        WriteArchive("a.tar", File("f", new string('x', 2000)));
        using (FileStream file = System.IO.File.OpenWrite(_source.At("a.tar"))) file.SetLength(1000);

        var e = Assert.Throws<OperationException>(() => Add(["a.tar"], "/x"));

        Assert.StartsWith("the archive 'a.tar' can't be unpacked: ", e.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    private static TarEntry Directory(string name, int mode, int uid = 0) =>
        new() { Type = TarEntryType.Directory, Name = Encoding.UTF8.GetBytes(name), Mode = mode, Uid = uid };

    // The content travels in the link name until the archive is written.
    private static TarEntry File(string name, string content, int uid = 0) => new()
    {
        Type = TarEntryType.File,
        Name = Encoding.UTF8.GetBytes(name),
        Mode = 0x1A4,
        Uid = uid,
        Size = content.Length,
        LinkName = Encoding.UTF8.GetBytes(content),
    };

    private static TarEntry Link(string name, string target) =>
        new() { Type = TarEntryType.SymbolicLink, Name = Encoding.UTF8.GetBytes(name), LinkName = Encoding.UTF8.GetBytes(target) };

    private static TarEntry HardLink(string name, string target) =>
        new() { Type = TarEntryType.HardLink, Name = Encoding.UTF8.GetBytes(name), LinkName = Encoding.UTF8.GetBytes(target) };

    private void WriteArchive(string name, params TarEntry[] entries) => WriteArchive(name, compress: false, entries);

    private void WriteArchive(string name, bool compress, params TarEntry[] entries)
    {
        using FileStream file = System.IO.File.Create(_source.At(name));
        using Stream output = compress ? new GZipStream(file, CompressionLevel.Fastest) : file;
        var writer = new TarWriter(output);
        foreach (TarEntry entry in entries)
        {
            if (entry.Type == TarEntryType.File) writer.WriteEntry(entry with { LinkName = [] }, new MemoryStream(entry.LinkName));
            else writer.WriteEntry(entry);
        }

        writer.Complete();
    }

    private void Add(string[] sources, string destination) =>
        Run(new CopyOperation { Sources = [.. sources], Destination = destination, UnpackArchives = true });

    private void Run(CopyOperation operation)
    {
        using SourceTree source = _source.AsContext();
        using DirectoryHandle root = _root.Open();
        new CopyRunner(operation).Run(source, CopyRunner.Match(operation, source, []), root, CancellationToken.None);
    }
}
