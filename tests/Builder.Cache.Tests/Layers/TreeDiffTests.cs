using Builder.Cache.Layers;
using Builder.Cache.Snapshots;

namespace Builder.Cache.Tests.Layers;

public sealed class TreeDiffTests : IDisposable
{
    private static readonly string[] Base =
    [
        "Directory 755 0:0 a", "File 644 0:0 a/one '1'", "File 644 0:0 a/two '2'", "Directory 755 0:0 b", "File 644 0:0 b/one 'x'", "Directory 755 0:0 c", "Directory 755 0:0 c/d",
        "File 644 0:0 c/d/same 'old'", "SymbolicLink 777 0:0 c/link -> a",
    ];

    private readonly TestStore _test = new(SnapshotKind.Copy);

    public void Dispose() => _test.Dispose();

    [RootFact]
    public async Task An_untouched_copy_is_an_empty_layer()
    {
        Snapshot snapshot = Step(await MakeBase(), "true");
        Assert.Empty(await Entries(snapshot));
        Assert.Equal(Base.Select(l => l.Split(' ')[3]), Trees.Paths(_test.Store, snapshot));
    }

    [RootFact]
    public async Task Changes_are_found_whatever_the_times_say()
    {
        Snapshot snapshot = Step(
            await MakeBase(), "printf 9 > a/one; touch -d @2000 a/one; chmod 600 b/one; touch -h -d @1 c/link; printf n > new; touch -d @1 new a/two");
        Assert.Equal(
            ["File 644 0:0 a/one '9'", "File 644 0:0 a/two '2'", "File 600 0:0 b/one 'x'", "SymbolicLink 777 0:0 c/link -> a", "File 644 0:0 new 'n'"],
            await Entries(snapshot));
    }

    [RootFact]
    public async Task Removed_and_replaced_entries_are_found()
    {
        Snapshot snapshot = Step(await MakeBase(), "rm a/one; rm -r c; echo -n f > c; rm b/one; mkdir b/one; touch b/one/in");
        Assert.Equal(
            ["Directory 755 0:0 a", "File 0 0:0 a/.wh.one", "Directory 755 0:0 b", "Directory 755 0:0 b/one", "File 644 0:0 b/one/in", "File 644 0:0 c 'f'"],
            await Entries(snapshot));
    }

    [RootFact]
    public async Task A_directory_moved_over_another_brings_its_content_though_no_file_was_touched()
    {
        LayerBlob blob = new LayerTar().Directory("x").Directory("x/lib").File("x/lib/same", "AAA").Directory("x/lib/s").File("x/lib/s/t", "1").Symlink("x/lib/l", "p")
            .Directory("y").Directory("y/lib").File("y/lib/same", "BBB").File("y/lib/kept", "1").Directory("y/lib/s").File("y/lib/s/t", "2").Symlink("y/lib/l", "q").Put(_test.Store);
        Snapshot? parent = await _test.Store.Layers.UnpackAsync([blob], CancellationToken.None);
        Snapshot snapshot = Step(parent!, "rm -r y/lib; mv x/lib y/lib");
        Assert.Equal(
            [
                "Directory 755 0:0 x", "File 0 0:0 x/.wh.lib", "Directory 755 0:0 y", "Directory 755 0:0 y/lib", "File 0 0:0 y/lib/.wh.kept", "SymbolicLink 777 0:0 y/lib/l -> p",
                "File 644 0:0 y/lib/s/t '1'", "File 644 0:0 y/lib/same 'AAA'",
            ],
            await Entries(snapshot));
    }

    [RootFact]
    public async Task New_files_beside_old_ones_do_not_bring_those_along()
    {
        Snapshot snapshot = Step(await MakeBase(), "touch c/d/new; touch c/new");
        Assert.Equal(["Directory 755 0:0 c", "Directory 755 0:0 c/d", "File 644 0:0 c/d/new", "File 644 0:0 c/new"], await Entries(snapshot));
    }

    [RootFact]
    public async Task Layers_of_copies_give_the_same_tree_when_unpacked()
    {
        Snapshot parent = await MakeBase();
        Snapshot snapshot = Step(parent, "rm -r a; mkdir a; echo 1 > a/new; ln c/d/same c/hard; mv b z; mknod dev c 0 0");
        LayerBlob[] blobs =
        [
            await _test.Store.Layers.EnsureBlobAsync(parent, CancellationToken.None), await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None),
        ];
        using TestStore other = new(SnapshotKind.Overlay);
        foreach (LayerBlob blob in blobs)
        {
            await using Stream content = _test.Store.Blobs.OpenRead(blob.BlobDigest);
            await other.Store.Blobs.ImportAsync(content, blob.BlobDigest, blob.Size, CancellationToken.None);
        }

        Snapshot? copy = await other.Store.Layers.UnpackAsync([.. blobs], CancellationToken.None);
        Assert.Equal(Trees.Describe(_test.Store, snapshot), Trees.Describe(other.Store, copy!));
    }

    [RootFact]
    public async Task A_lost_parent_or_marker_is_named()
    {
        Snapshot parent = await MakeBase();
        Snapshot unmarked = Step(parent, "true");
        File.Delete(_test.Store.Snapshots.MarkerOf(unmarked)!);
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.EnsureBlobAsync(unmarked, CancellationToken.None));
        Assert.Contains($"snapshot {unmarked.Id} has lost the mark", error.Message, StringComparison.Ordinal);
        Snapshot orphan = Step(parent, "true");
        _test.Store.Snapshots.Delete(parent.Id);
        error = await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.EnsureBlobAsync(orphan, CancellationToken.None));
        Assert.Contains($"snapshot {parent.Id}, which {orphan.Id} stands on, is not in the store", error.Message, StringComparison.Ordinal);
    }

    private async Task<Snapshot> MakeBase()
    {
        LayerBlob blob = new LayerTar().Directory("a").File("a/one", "1").File("a/two", "2").Directory("b").File("b/one", "x")
            .Directory("c").Directory("c/d").File("c/d/same", "old").Symlink("c/link", "a").Put(_test.Store);
        Snapshot? snapshot = await _test.Store.Layers.UnpackAsync([blob], CancellationToken.None);
        Assert.Equal(Base, Trees.Entries(_test.Store, blob));
        return snapshot!;
    }

    private Snapshot Step(Snapshot parent, string script)
    {
        using SnapshotDraft draft = _test.Store.Snapshots.CreateDraft(parent);
        using var process = TestStore.StartProgram("sh", ["-ec", $"umask 022; cd {draft.TreeDirectory}; {script}"]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return draft.Commit();
    }

    private async Task<string[]> Entries(Snapshot snapshot) =>
        Trees.Entries(_test.Store, await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None));
}
