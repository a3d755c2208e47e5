using System.Text;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Linux.Files;

namespace Builder.Cache.Tests.Layers;

public sealed class MergedTreeTests : IDisposable
{
    private readonly TestStore _test = new(SnapshotKind.Overlay);

    public void Dispose() => _test.Dispose();

    [RootFact]
    public async Task Paths_resolve_through_links_of_any_layer()
    {
        using MergedTree tree = await Open(
            new LayerTar().Directory("usr").Directory("usr/bin").File("usr/bin/sh", "elf").Symlink("bin", "usr/bin").Symlink("loop", "loop").Symlink("dangling", "none"),
            new LayerTar().Symlink("sbin", "/bin").Symlink("usr/bin/bash", "../../bin/./sh").Symlink("out", "../../../usr"));
        Assert.Equal("usr/bin/sh", Resolve(tree, "/sbin/bash"));
        Assert.Equal("usr/bin/bash", Resolve(tree, "/sbin/bash", followLast: false));
        Assert.Equal("usr/bin", Resolve(tree, "out/bin/"));
        Assert.Equal("usr", Resolve(tree, "bin/../bin/.."));
        Assert.Equal("", Resolve(tree, "/.."));
        Assert.Equal("bin", Resolve(tree, "bin", followLast: false));
        Assert.Null(Resolve(tree, "dangling"));
        Assert.Equal("dangling", Resolve(tree, "dangling", followLast: false));
        Assert.Null(Resolve(tree, "usr/bin/sh/x"));
        Assert.Null(Resolve(tree, "usr/bin/sh/../sh/.."[..12] + "/none"));
        Assert.Null(Resolve(tree, new string('n', 300)));
        Assert.Contains("'loop/x': too many symbolic links", Assert.Throws<StoreException>(() => Resolve(tree, "loop/x")).Message, StringComparison.Ordinal);
        Assert.Equal(["bash", "sh"], tree.List("sbin"u8)!.Select(e => UnixPath.Decode(e.Name)));
        Assert.Null(tree.List("usr/bin/sh"u8));
        Assert.Null(tree.List("none"u8));
        using MergedFile? link = tree.Find("sbin"u8, followLast: false);
        Assert.Equal("/bin", UnixPath.Decode(link!.ReadLink()));
        using MergedFile? shell = tree.Find("sbin/bash"u8);
        Assert.Equal("Regular 644 0:0 @2000 usr/bin/sh 'elf'", Trees.Describe(shell!));
    }

    [RootFact]
    public async Task A_walk_may_begin_below_and_respects_what_upper_layers_hide()
    {
        using MergedTree tree = await Open(
            new LayerTar().Directory("a").File("a/x", "1").File("a/y", "1").Directory("a/d").File("a/d/z").Directory("b"),
            new LayerTar().File("a/.wh.x").File("a/y", "2").Directory("a/d").File("a/d/.wh..wh..opq").File("a/d/w"));
        Assert.Equal(["a/d", "a/d/w", "a/y"], tree.Walk("a"u8.ToArray()).Select(f => UnixPath.Decode(f.Path)));
        Assert.Empty(tree.Walk("a/x"u8.ToArray()));
        Assert.Null(tree.Find("a/x"u8));
        Assert.Null(tree.Find("a/d/z"u8));
        int seen = 0;
        foreach (MergedFile file in tree.Walk([]))
        {
            Assert.NotEmpty(file.Path);
            if (++seen == 2) break;
        }

        Assert.Equal(5, tree.Walk([]).Count());
    }

    [RootFact]
    public async Task The_tree_is_what_overlayfs_would_show()
    {
        LayerTar[] layers =
        [
            new LayerTar().Directory("a").File("a/x").Directory("a/s").File("a/s/1").File("f").Directory("g").File("g/1"),
            new LayerTar().File(".wh.a").File("f/.wh.none".Replace("f/", "", StringComparison.Ordinal)).Directory("h"),
            new LayerTar().Directory("a").File("a/new").File(".wh.f").Directory("g").File("g/.wh..wh..opq").File("g/2"),
            new LayerTar().Directory("f").File("f/in").Directory("a/s").File("a/s/2"),
        ];
        Snapshot? snapshot = await _test.Store.Layers.UnpackAsync([.. layers.Select(l => l.Put(_test.Store))], CancellationToken.None);
        string lower = string.Join(':', _test.Store.Snapshots.LayerDirectories(snapshot!).Select(d => Path.Combine(_test.Store.Snapshots.Directory, d)));
        using var process = TestStore.StartProgram("unshare", ["-m", "sh", "-ec", $"mount -t overlay -o ro,userxattr,lowerdir={lower} x /mnt; cd /mnt; find . | sort"]);
        string[] shown = [.. (await process.StandardOutput.ReadToEndAsync()).Split('\n').Where(l => l.Length > 1).Select(l => l[2..]).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(shown);
        Assert.Equal(shown, Trees.Paths(_test.Store, snapshot!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_missing_layer_is_named()
    {
        Assert.Contains("/no/such", Assert.Throws<StoreException>(() => MergedTree.Open(["/", "/no/such"])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MergedTree.Open([]));
    }

    [RootTheory]
    [InlineData("c:1:3", true)]
    [InlineData("b:8:0", true)]
    [InlineData("c:0:0", false)]
    [InlineData("p:1:3", false)]
    [InlineData("c:1", false)]
    [InlineData("c:-1:3", false)]
    [InlineData("c:1:4294967296", false)]
    [InlineData("c:1:000000000000000000000000000000000003", false)]
    public void Only_a_well_formed_placeholder_stands_for_a_device(string value, bool isDevice)
    {
        using SnapshotDraft draft = _test.Store.Snapshots.CreateDraft(null);
        using DirectoryHandle tree = DirectoryHandle.Open(draft.TreeDirectory);
        tree.CreateFile("n"u8, 0).Dispose();
        tree.SetAttribute("n"u8, NodePlaceholder.AttributeName, Encoding.ASCII.GetBytes(value));
        Assert.Equal(isDevice, !NodePlaceholder.Translate(tree, "n"u8, tree.Stat("n"u8)).IsRegular);
        Assert.Throws<ArgumentOutOfRangeException>(() => NodePlaceholder.Make(tree, "x"u8, FileType.Fifo, 1, 1));
    }

    private static string? Resolve(MergedTree tree, string path, bool followLast = true) =>
        tree.ResolvePath(UnixPath.Encode(path), followLast) is { } resolved ? UnixPath.Decode(resolved) : null;

    private async Task<MergedTree> Open(params LayerTar[] layers)
    {
        Snapshot? snapshot = await _test.Store.Layers.UnpackAsync([.. layers.Select(l => l.Put(_test.Store))], CancellationToken.None);
        return MergedTree.Open(_test.Store.Snapshots, snapshot!);
    }
}
