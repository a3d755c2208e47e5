using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Linux.Files;
using Builder.Oci.Collections;
using Builder.Oci.Tar;

namespace Builder.Cache.Tests.Layers;

public sealed class LayerExtractorTests
{
    public static TheoryData<SnapshotKind> Kinds => [SnapshotKind.Overlay, SnapshotKind.Copy];

    [RootTheory(OfTheMachine = true)]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_of_entry_is_unpacked_with_its_attributes(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        Snapshot snapshot = await Unpack(test, new LayerTar()
            .Directory("etc", mode: 0b1_111_111_111, uid: 7)
            .File("etc/passwd", "root", mode: 0b100_111_101_101, uid: 3_000_000_000)
            .Symlink("etc/link", "../passwd")
            .HardLink("etc/hard", "/etc/passwd")
            .Node("etc/pipe", TarEntryType.Fifo)
            .Node("etc/disk", TarEntryType.BlockDevice, 8, 1)
            .Node("etc/null", TarEntryType.CharacterDevice, 1, 3));
        Assert.Equal(
            [
                "Directory 1777 7:7 @1000 etc",
                "BlockDevice 600 0:0 @0 etc/disk 8,1",
                "Regular 4755 -1294967296:-1294967296 @2000 etc/hard 'root'",
                "SymbolicLink 777 0:0 @3000 etc/link -> ../passwd",
                "CharacterDevice 600 0:0 @0 etc/null 1,3",
                "Regular 4755 -1294967296:-1294967296 @2000 etc/passwd 'root'",
                "Fifo 600 0:0 @0 etc/pipe",
            ],
            Trees.Describe(test.Store, snapshot));
        using MergedTree tree = MergedTree.Open(test.Store.Snapshots, snapshot);
        using MergedFile? hard = tree.Find("etc/hard"u8);
        Assert.Equal(2, hard!.Status.LinkCount);
        using MergedFile? device = tree.Find("etc/null"u8);
        Assert.Equal(FileType.Regular, device!.Directory.Stat("null"u8).Type);
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Whiteouts_and_opaque_markers_hide_what_is_below_and_nothing_of_their_own_layer(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        LayerTar below = new LayerTar().Directory("a").File("a/one", "1").File("a/two", "2").Directory("b").File("b/old").File("b/both", "old").Directory("c").File("c/x").File("gone").File("reborn", "old");
        LayerTar above = new LayerTar()
            .Directory("a").File("a/.wh.one").File("a/.wh.never-there")
            .File("b/new").File("b/both", "new").File("b/.wh..wh..opq")
            .File(".wh.c").Directory("c").File("c/fresh")
            .File(".wh.gone").File("reborn", "new").File(".wh.reborn").File(".wh..wh.plnk");
        Snapshot snapshot = await Unpack(test, below, above);
        Assert.Equal(["a", "a/two", "b", "b/both", "b/new", "c", "c/fresh", "reborn"], Trees.Paths(test.Store, snapshot));
        Assert.Contains("Regular 644 0:0 @2000 b/both 'new'", Trees.Describe(test.Store, snapshot));
        Assert.Contains("Regular 644 0:0 @2000 reborn 'new'", Trees.Describe(test.Store, snapshot));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task An_opaque_root_hides_everything_below(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        Snapshot snapshot = await Unpack(
            test, new LayerTar().Directory("a").File("a/x").File("b"), new LayerTar().Directory("a").File("a/y").File(".wh..wh..opq"));
        Assert.Equal(["a", "a/y"], Trees.Paths(test.Store, snapshot));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task A_removed_hard_link_does_not_shield_the_other_names(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        Snapshot snapshot = await Unpack(test, new LayerTar().File("a").HardLink("b", "a").File("c"), new LayerTar().File(".wh.a").File(".wh.b"));
        Assert.Equal(["c"], Trees.Paths(test.Store, snapshot));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Entries_of_other_types_replace_what_is_below(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        LayerTar below = new LayerTar().Directory("dir").File("dir/x").File("file").Symlink("link", "dir").Directory("kept", mode: 0b111_000_000).File("kept/x");
        LayerTar above = new LayerTar().File("dir", "now a file").Directory("file").File("file/y").Directory("link").File("link/z").Directory("kept", mode: 0b111_111_111);
        Snapshot snapshot = await Unpack(test, below, above);
        Assert.Equal(["dir", "file", "file/y", "kept", "kept/x", "link", "link/z"], Trees.Paths(test.Store, snapshot));
        Assert.Contains("Directory 777 0:0 @1000 kept", Trees.Describe(test.Store, snapshot));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Of_two_entries_with_one_path_the_later_wins(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        Snapshot snapshot = await Unpack(test, new LayerTar().File("a", "1").File("./a", "2").Directory("d").File("d/x").File("d", "file").File("e").Directory("e").Symlink("l", "x").File("l", "plain"));
        Assert.Equal(
            ["Regular 644 0:0 @2000 a '2'", "Regular 644 0:0 @2000 d 'file'", "Directory 755 0:0 @1000 e", "Regular 644 0:0 @2000 l 'plain'"],
            Trees.Describe(test.Store, snapshot));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Links_on_the_way_resolve_inside_whatever_layer_they_are_in(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        LayerTar below = new LayerTar().Directory("usr").Directory("usr/lib64", mode: 0b111_000_000, uid: 5).Symlink("lib64", "usr/lib64").Symlink("up", "../../../usr");
        LayerTar above = new LayerTar().File("lib64/libc.so", "elf").File("up/lib64/libm.so").Symlink("etc", "/config/./etc").File("etc/passwd", "root");
        Snapshot snapshot = await Unpack(test, below, above);
        string[] tree = Trees.Describe(test.Store, snapshot);
        Assert.Contains("SymbolicLink 777 0:0 @3000 lib64 -> usr/lib64", tree);
        Assert.Contains("Regular 644 0:0 @2000 usr/lib64/libc.so 'elf'", tree);
        Assert.Contains("Directory 700 5:5 @1000 usr/lib64", tree);
        Assert.Contains("Regular 644 0:0 @2000 config/etc/passwd 'root'", tree);
        Assert.Contains("usr/lib64/libm.so", Trees.Paths(test.Store, snapshot));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Nothing_is_written_outside(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        string outside = Path.GetFullPath(test.PathOf("..", "outside"));
        Directory.CreateDirectory(outside);
        Snapshot snapshot = await Unpack(
            test,
            new LayerTar().Symlink("evil", outside).Symlink("evil2", "../../../../../../../../.." + outside).File("victim"),
            new LayerTar().File("evil/a").File("evil2/b").File("../../../c").File("/d").File("x/../../e").Symlink("swap", "/").Directory("swap").File("swap/f"));
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        string[] paths = Trees.Paths(test.Store, snapshot);
        Assert.Contains(outside[1..] + "/a", paths);
        Assert.Contains(outside[1..] + "/b", paths);
        Assert.Contains("c", paths);
        Assert.Contains("d", paths);
        Assert.Contains("e", paths);
        Assert.Contains("swap/f", paths);
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Nothing_is_removed_or_changed_outside(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        string outside = Path.GetFullPath(test.PathOf("..", "outside"));
        Directory.CreateDirectory(outside);
        string victim = Path.Combine(outside, "victim");
        await File.WriteAllTextAsync(victim, "whole");
        File.SetUnixFileMode(victim, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Unpack(
            test,
            new LayerTar().Symlink("evil", outside).Symlink("file", victim),
            new LayerTar().File("evil/.wh.victim").File("evil/.wh..wh..opq").Directory("evil/victim", mode: 0b111_111_111),
            new LayerTar().Symlink("again", outside).File("again/victim", "changed", mode: 0b111_111_111).Symlink("direct", victim).File("direct", "changed", mode: 0b111_111_111));
        Assert.Equal("whole", await File.ReadAllTextAsync(victim));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(victim));
        Assert.Single(Directory.GetFileSystemEntries(outside));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task A_hard_link_to_a_file_of_a_layer_below_brings_it_along(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        Snapshot snapshot = await Unpack(
            test,
            new LayerTar().Directory("bin", uid: 3).File("bin/tool", "elf", mode: 0b100_111_101_101, uid: 9).Node("bin/null", TarEntryType.CharacterDevice, 1, 3).Symlink("bin/link", "tool"),
            new LayerTar().HardLink("bin/alias", "bin/tool").HardLink("null", "bin/null").HardLink("link", "bin/link").File("x").HardLink("x", "x"));
        string[] tree = Trees.Describe(test.Store, snapshot);
        Assert.Contains("Directory 755 3:3 @1000 bin", tree);
        Assert.Contains("Regular 4755 9:9 @2000 bin/alias 'elf'", tree);
        Assert.Contains("Regular 4755 9:9 @2000 bin/tool 'elf'", tree);
        Assert.Contains("CharacterDevice 600 0:0 @0 null 1,3", tree);
        Assert.Contains("SymbolicLink 777 0:0 @3000 link -> tool", tree);
        using MergedTree merged = MergedTree.Open(test.Store.Snapshots, snapshot);
        using MergedFile? tool = merged.Find("bin/tool"u8);
        using MergedFile? alias = merged.Find("bin/alias"u8);
        Assert.Equal(tool!.Status.Inode, alias!.Status.Inode);
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Attributes_the_store_or_overlayfs_would_obey_are_dropped(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        TarAttribute[] hostile =
        [
            LayerTar.Attribute("user.overlay.opaque", "y"), LayerTar.Attribute("trusted.overlay.opaque", "y"), LayerTar.Attribute("user.builder.node", "c:1:3"),
            LayerTar.Attribute("security.selinux", "x"), LayerTar.Attribute("user.mine", "kept"),
        ];
        Snapshot snapshot = await Unpack(
            test,
            new LayerTar().Directory("d").File("d/below").File("white"),
            new LayerTar().Add(new TarEntry { Type = TarEntryType.Directory, Name = "d"u8.ToArray(), Mode = 0b111_101_101, Attributes = hostile })
                .File("node", "", 0b110_100_100, 0, hostile).Node("white", TarEntryType.CharacterDevice).Symlink("link", "x"));
        Assert.Equal(
            ["Directory 755 0:0 @0 d user.mine=6b657074", "Regular 644 0:0 @2000 d/below ''", "SymbolicLink 777 0:0 @3000 link -> x", "Regular 644 0:0 @2000 node '' user.mine=6b657074", "Regular 644 0:0 @2000 white ''"],
            Trees.Describe(test.Store, snapshot));
        string top = Path.Combine(test.Store.Snapshots.Directory, test.Store.Snapshots.LayerDirectories(snapshot)[0]);
        using DirectoryHandle root = DirectoryHandle.Open(top);
        Assert.Equal(["user.mine"], root.ListAttributes("node"u8));
        Assert.Equal(["user.mine"], root.ListAttributes("d"u8));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Capabilities_survive_owner_mode_and_namespace(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        byte[] plain = Convert.FromHexString("0100000200040000000000000000000000000000");
        byte[] ofNamespace = [.. Convert.FromHexString("0100000300040000000000000000000000000000"), 0x10, 0x27, 0, 0];
        TarAttribute Capability(byte[] value) => new("security.capability"u8.ToArray(), value);
        Snapshot snapshot = await Unpack(test, new LayerTar().File("ping", "elf", 0b111_101_101, 12, Capability(plain)).File("ping3", "elf", 0b111_101_101, 12, Capability(ofNamespace)));
        Assert.Equal(
            ["Regular 755 12:12 @2000 ping 'elf' security.capability=0100000200040000000000000000000000000000", "Regular 755 12:12 @2000 ping3 'elf' security.capability=0100000200040000000000000000000000000000"],
            Trees.Describe(test.Store, snapshot));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Directories_keep_their_times_though_files_come_later(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        Snapshot snapshot = await Unpack(
            test,
            new LayerTar().Directory("./", mode: 0b111_000_000, uid: 4, time: 77).Directory("d", time: 5).Directory("d/e", time: 6),
            new LayerTar().File("d/e/f").File("implied/g"));
        Assert.Contains("Directory 755 0:0 @5 d", Trees.Describe(test.Store, snapshot));
        Assert.Contains("Directory 755 0:0 @6 d/e", Trees.Describe(test.Store, snapshot));
        Assert.Contains("Directory 755 0:0 @0 implied", Trees.Describe(test.Store, snapshot));
        using MergedTree tree = MergedTree.Open(test.Store.Snapshots, snapshot);
        using MergedFile? root = tree.Find("/"u8);
        Assert.Equal((0b111_000_000, 4), (root!.Status.Mode, root.Status.Uid));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Names_that_are_not_utf8_and_long_runs_of_zeros_are_kept(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        byte[] content = new byte[3_000_000];
        content[^1] = 1;
        Snapshot snapshot = await Unpack(test, new LayerTar().File([0xFF, 0xFE], content).File("zeros"u8.ToArray(), new byte[2 << 20]));
        using MergedTree tree = MergedTree.Open(test.Store.Snapshots, snapshot);
        using MergedFile? file = tree.Find([0xFF, 0xFE]);
        using MergedFile? zeros = tree.Find("zeros"u8);
        Assert.Equal((3_000_000, 2 << 20), (file!.Status.Size, zeros!.Status.Size));
        using var handle = file.OpenRead();
        byte[] read = new byte[content.Length];
        Assert.Equal(read.Length, RandomAccess.Read(handle, read, 0));
        Assert.Equal(content, read);
        using var hole = zeros.OpenRead();
        Assert.Empty(FileExtents.Data(hole, 2 << 20));
    }

    [RootFact]
    public async Task What_cannot_be_unpacked_is_refused_with_a_reason_and_leaves_nothing()
    {
        using TestStore test = new();
        (LayerTar Layer, string Reason)[] cases =
        [
            (new LayerTar().File(new string('n', 256)), "a name of 256 bytes"),
            (new LayerTar().File(string.Concat(Enumerable.Repeat("0123456789/", 1000)) + "x"), "a path of 11001 bytes"),
            (new LayerTar().File("a").File("a/b"), "'/a' is not a directory"),
            (new LayerTar().HardLink("a", "none"), "hard link '/a' to '/none', but there is no such file"),
            (new LayerTar().Directory("d").HardLink("a", "d"), "but it is a directory"),
            (new LayerTar().HardLink("a", "/../.."), "but it is the root"),
            (new LayerTar().HardLink("a", "../../../../../../etc/passwd"), "but there is no such file"),
            (new LayerTar().Symlink("l", "/etc").HardLink("a", "l/passwd"), "but there is no such file"),
            (new LayerTar().Symlink("l", "l").File("l/x"), "too many symbolic links"),
            (new LayerTar().Symlink("l", new string('n', 300)).File("l/x"), "name that is too long"),
            (new LayerTar().File("d/.wh.."), "which is not a name"),
            (new LayerTar().File("d/.wh."), "which is not a name"),
            (new LayerTar().File("x", "", 0b110_100_100, 1L << 40), "an owner that can't be"),
            (new LayerTar().File("x", "", 0, 0, LayerTar.Attribute("security.capability", "nonsense")), "extended attribute 'security.capability'"),
            (new LayerTar().File("x", "", 0, 0, LayerTar.Attribute("user.huge", new string('v', 70_000))), "extended attribute 'user.huge'"),
            (new LayerTar().File("a").File(".wh.a").HardLink("b", ".wh.a"), "hard link '/b' to '/.wh.a', but there is no such file"),
        ];
        foreach ((LayerTar layer, string reason) in cases)
        {
            LayerBlob blob = layer.Put(test.Store);
            StoreException error = await Assert.ThrowsAsync<StoreException>(() => test.Store.Layers.UnpackAsync([blob], CancellationToken.None));
            Assert.StartsWith($"layer {blob.DiffId}: ", error.Message, StringComparison.Ordinal);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(test.Store.Snapshots.Directory));
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task A_marker_of_whatever_type_hides_what_is_below_and_nothing_else(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        LayerTar below = new LayerTar().File("a").File("b").Directory("c").File("c/x").File("d").File("kept");
        LayerTar above = new LayerTar().File("own").Symlink(".wh.a", "kept").HardLink(".wh.b", "own").Directory(".wh.c").Node(".wh.d", TarEntryType.CharacterDevice, 1, 3).HardLink(".wh.own", "own");
        Snapshot snapshot = await Unpack(test, below, above);
        Assert.Equal(["kept", "own"], Trees.Paths(test.Store, snapshot));
    }

    [RootFact]
    public async Task Attributes_without_number_are_kept_or_refused_by_name()
    {
        using TestStore test = new();
        TarAttribute[] many = [.. Enumerable.Range(0, 5000).Select(i => LayerTar.Attribute($"user.a{i}", "v"))];
        LayerBlob blob = new LayerTar().File("x", "", 0b110_100_100, 0, many).Put(test.Store);
        try
        {
            Snapshot? snapshot = await test.Store.Layers.UnpackAsync([blob], CancellationToken.None);
            using DirectoryHandle root = DirectoryHandle.Open(Path.Combine(test.Store.Snapshots.Directory, test.Store.Snapshots.LayerDirectories(snapshot!)[0]));
            Assert.Equal(many.Length, root.ListAttributes("x"u8).Count);
        }
        catch (StoreException error)
        {
            Assert.Contains("'x' has an extended attribute 'user.a", error.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(test.Store.Snapshots.Directory));
        }
    }

    [RootFact]
    public async Task A_hard_link_to_what_the_layer_removes_is_refused()
    {
        using TestStore test = new();
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => Unpack(test, new LayerTar().File("a").Directory("d"), new LayerTar().File(".wh.a").HardLink("b", "a")));
        Assert.Contains("the layer removes it", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<StoreException>(() => Unpack(test, new LayerTar().File("a").Directory("d"), new LayerTar().HardLink("b", "d")));
        Assert.Contains("it is a directory", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<StoreException>(() => Unpack(test, new LayerTar().File("a").Directory("d"), new LayerTar().File("a/b")));
        Assert.Contains("'/a' is not a directory", error.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_removed_directory_that_is_used_again_begins_empty()
    {
        using TestStore test = new();
        Snapshot snapshot = await Unpack(test, new LayerTar().Directory("d").File("d/old"), new LayerTar().File(".wh.d").File("d/new"));
        Assert.Equal(["d", "d/new"], Trees.Paths(test.Store, snapshot));
    }

    [NamespaceFact]
    public async Task An_owner_outside_the_id_ranges_is_explained()
    {
        using TestStore test = new();
        LayerBlob layer = new LayerTar().File("a", "text", uid: 5).Put(test.Store);
        using var process = TestStore.StartInNamespace("true", "-", "unpack", test.Root, layer.DiffId.ToString());
        string message = await process.StandardOutput.ReadToEndAsync();
        Assert.Contains("'a' belongs to 5:5, which this user's id ranges (/etc/subuid, /etc/subgid) don't cover: fchown(5:5): EINVAL", message, StringComparison.Ordinal);
    }

    [RootTheory]
    [MemberData(nameof(Kinds))]
    public async Task Hundreds_of_files_are_as_the_last_of_their_entries_says_whatever_else_has_had_their_name(SnapshotKind kind)
    {
        using TestStore test = new(kind);
        LayerTar layer = new();
        List<string> expected = [];
        for (int i = 100; i < 400; i++)
        {
            layer.File($"f{i}", "first", mode: 0b111_111_111, uid: 1).HardLink($"h{i}", $"f{i}");
            if (i % 3 == 0) layer.Directory($"f{i}").File($"f{i}", "again").File($"f{i}", "last", mode: 0b100_111_101_101, uid: i);
            expected.Add(i % 3 == 0 ? $"Regular 4755 {i}:{i} @2000 f{i} 'last'" : $"Regular 777 1:1 @2000 f{i} 'first'");
        }

        Snapshot snapshot = await Unpack(test, layer);
        string[] tree = Trees.Describe(test.Store, snapshot);
        Assert.Equal(expected, tree.Where(line => line.Contains(" f", StringComparison.Ordinal) && !line.Contains(" h", StringComparison.Ordinal)));
        Assert.Equal(300, tree.Count(line => line.StartsWith("Regular 777 1:1 @2000 h", StringComparison.Ordinal) && line.EndsWith("'first'", StringComparison.Ordinal)));
    }

    [RootFact]
    public async Task The_first_entry_that_fails_is_told_when_later_ones_fail_too()
    {
        using TestStore test = new(SnapshotKind.Overlay);
        LayerTar layer = new();
        for (int i = 0; i < 200; i++) layer.File($"good{i}", "x");
        layer.File("first", "x", uid: uint.MaxValue).File("second", "x", uid: uint.MaxValue).HardLink("third", "nothing");
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => Unpack(test, layer));
        Assert.Contains("an owner that can't be: 4294967295:4294967295 of 'first'", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(test.Store.Snapshots.Directory));
    }

    private static async Task<Snapshot> Unpack(TestStore test, params LayerTar[] layers)
    {
        EquatableArray<LayerBlob> blobs = [.. layers.Select(l => l.Put(test.Store))];
        Snapshot? snapshot = await test.Store.Layers.UnpackAsync(blobs, CancellationToken.None);
        Assert.NotNull(snapshot);
        return snapshot;
    }
}
