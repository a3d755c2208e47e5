using System.Text.Json.Nodes;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Linux.Files;

namespace Builder.Cache.Tests.Snapshots;

public sealed class SnapshotStoreTests : IDisposable
{
    private readonly TestStore _test = new();

    private SnapshotStore Snapshots => _test.Store.Snapshots;

    public void Dispose() => _test.Dispose();

    [Fact]
    public void A_draft_has_its_directories_and_becomes_a_snapshot()
    {
        using SnapshotDraft draft = Snapshots.CreateDraft(null);
        Assert.Empty(Directory.GetFileSystemEntries(draft.TreeDirectory));
        Assert.True(Directory.Exists(draft.WorkDirectory));
        Assert.True(Directory.Exists(draft.MountPoint));
        Assert.Null(draft.Parent);
        File.WriteAllText(Path.Combine(draft.TreeDirectory, "f"), "x");
        Assert.Empty(Snapshots.List());

        Snapshot snapshot = draft.Commit();

        Assert.Equal([snapshot.Id], Snapshots.List());
        Assert.Equal(_test.Time.GetUtcNow(), snapshot.CreatedAt);
        Assert.Equal(snapshot, Snapshots.Find(snapshot.Id));
        Assert.Equal("x", File.ReadAllText(_test.PathOf("snapshots", snapshot.Id, "fs", "f")));
        Assert.Equal(["fs", "snapshot.json"], Directory.GetFileSystemEntries(_test.PathOf("snapshots", snapshot.Id)).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_root_of_a_tree_is_open_to_everybody_whatever_the_umask() =>
        Assert.Equal(0x1ED, (int)File.GetUnixFileMode(Path.Combine(_test.PathOf("snapshots"), Commit(null).Id, "fs")));

    [Fact]
    public void A_draft_disposed_without_commit_leaves_nothing()
    {
        using (SnapshotDraft draft = Snapshots.CreateDraft(null)) File.WriteAllText(Path.Combine(draft.TreeDirectory, "f"), "x");
        Assert.Empty(Directory.GetFileSystemEntries(_test.PathOf("snapshots")));
    }

    [Fact]
    public void A_committed_draft_cannot_be_committed_again()
    {
        using SnapshotDraft draft = Snapshots.CreateDraft(null);
        draft.Commit();
        Assert.Throws<ObjectDisposedException>(() => draft.Commit());
    }

    [Fact]
    public void A_chain_is_listed_topmost_first_in_short_relative_paths()
    {
        Snapshot[] chain = Chain(125);
        IReadOnlyList<string> directories = Snapshots.LayerDirectories(chain[^1]);
        Assert.Equal(chain.Reverse().Select(s => s.Id + "/fs"), directories);

        // Options of a mount have one page; the rest of them must fit too.
        Assert.True(string.Join(':', directories).Length < 2048);
    }

    [Fact]
    public void A_snapshot_whose_ancestor_is_gone_is_gone_too()
    {
        Snapshot[] chain = Chain(3);
        Snapshots.Delete(chain[0].Id);
        Assert.Null(Snapshots.Find(chain[2].Id));
        Assert.Throws<StoreException>(() => Snapshots.LayerDirectories(chain[2]));
        StoreException error = Assert.Throws<StoreException>(() => Snapshots.CreateDraft(chain[2]));
        Assert.Contains(chain[2].Id, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_removed_behind_the_stores_back_is_absent()
    {
        Snapshot snapshot = Commit(null);
        Directory.Delete(_test.PathOf("snapshots", snapshot.Id), recursive: true);
        Assert.Null(Snapshots.Find(snapshot.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../names")]
    [InlineData("d-x-1")]
    [InlineData("abcdefghijk")]
    public void An_id_that_could_be_a_path_is_never_looked_at(string id)
    {
        Assert.Null(Snapshots.Find(id));
        Snapshots.Delete(id);
    }

    [Fact]
    public void A_damaged_description_makes_a_snapshot_absent()
    {
        Snapshot snapshot = Commit(null);
        File.WriteAllText(_test.PathOf("snapshots", snapshot.Id, "snapshot.json"), "{");
        using BuilderStore other = _test.OpenAnother();
        Assert.Null(other.Snapshots.Find(snapshot.Id));
    }

    [Fact]
    public void A_chain_that_is_a_circle_is_absent()
    {
        Snapshot[] chain = Chain(2);
        string path = _test.PathOf("snapshots", chain[0].Id, "snapshot.json");
        JsonNode json = JsonNode.Parse(File.ReadLines(path).First())!;
        json["parentId"] = chain[1].Id;
        File.WriteAllText(path, json.ToJsonString());
        using BuilderStore other = _test.OpenAnother();
        Assert.Null(other.Snapshots.Find(chain[1].Id));
        Assert.Throws<StoreException>(() => other.Snapshots.LayerDirectories(chain[1]));
    }

    [Fact]
    public void A_snapshot_of_an_earlier_boot_counts_only_when_it_had_settled_on_the_disk()
    {
        Snapshot settled = Commit(null);
        _test.Time.Advance(TimeSpan.FromMinutes(2));
        Snapshot fresh = Commit(null);
        Snapshots.Settle(_test.Time.GetUtcNow() - TimeSpan.FromMinutes(1), CancellationToken.None);
        PretendToHaveRestarted(settled);
        PretendToHaveRestarted(fresh);

        using BuilderStore other = _test.OpenAnother();
        Assert.Equal(settled, other.Snapshots.Find(settled.Id));
        Assert.Null(other.Snapshots.Find(fresh.Id));
    }

    [Fact]
    public async Task Snapshots_settle_when_a_later_process_writes()
    {
        Snapshot snapshot = Commit(null);
        _test.Time.Advance(TimeSpan.FromMinutes(2));
        using BuilderStore other = _test.OpenAnother();
        other.Snapshots.CreateDraft(null).Dispose();
        await other.Maintenance.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(File.Exists(_test.PathOf("snapshots", snapshot.Id, "settled")));
    }

    [Fact]
    public void Deleting_removes_the_files()
    {
        Snapshot snapshot = Commit(null, ("a/b/c", "x"));
        Snapshots.Delete(snapshot.Id);
        Assert.Empty(Snapshots.List());
        Assert.Empty(Directory.GetFileSystemEntries(_test.PathOf("tmp")));
        Snapshots.Delete(snapshot.Id);
    }

    [Fact]
    public void A_draft_on_a_parent_takes_the_attributes_of_the_parents_root()
    {
        using SnapshotDraft parent = Snapshots.CreateDraft(null);
        File.SetUnixFileMode(parent.TreeDirectory, (UnixFileMode)0x1C9);
        using (DirectoryHandle root = DirectoryHandle.Open(parent.TreeDirectory))
        {
            root.SetAttributeSelf("user.colour", "red"u8);
            root.SetAttributeSelf("user.overlay.opaque", "y"u8);
        }

        using SnapshotDraft child = Snapshots.CreateDraft(parent.Commit());
        Assert.Equal(0x1C9, (int)File.GetUnixFileMode(child.TreeDirectory));
        using DirectoryHandle tree = DirectoryHandle.Open(child.TreeDirectory);
        Assert.Equal("red"u8.ToArray(), tree.GetAttributeSelf("user.colour"));
        Assert.Null(tree.GetAttributeSelf("user.overlay.opaque"));
    }

    [Fact]
    public void A_full_draft_directory_is_not_committed_while_something_is_left_on_the_mount_point()
    {
        using SnapshotDraft draft = Snapshots.CreateDraft(null);
        File.WriteAllText(Path.Combine(draft.MountPoint, "f"), "x");
        StoreException error = Assert.Throws<StoreException>(() => draft.Commit());
        Assert.Contains("can't commit a snapshot", error.Message, StringComparison.Ordinal);
        Assert.Empty(Snapshots.List());
    }

    [Fact]
    public void The_name_of_this_boot_is_known_or_null()
    {
        Assert.Null(BootId.Read("/nowhere"));
        Assert.Null(BootId.Read("/dev/null"));
        Assert.Equal(36, BootId.Current!.Length);
    }

    [Fact]
    public void Where_boots_have_no_name_a_snapshot_settles_at_once()
    {
        StoreLayout layout = new(_test.Root);
        layout.Prepare();
        using StoreOwner owner = StoreOwner.Announce(layout);
        using SnapshotStore nameless = new(layout.Snapshots, SnapshotKind.Overlay, owner, _test.Time, boot: null, () => { });
        using SnapshotDraft draft = nameless.CreateDraft(null);
        Snapshot snapshot = draft.Commit();
        using SnapshotStore again = new(layout.Snapshots, SnapshotKind.Overlay, owner, _test.Time, boot: null, () => { });
        Assert.Equal(snapshot, again.Find(snapshot.Id));
        Assert.Equal(snapshot, Snapshots.Find(snapshot.Id));
    }

    [Fact]
    public void Whoever_can_wait_gets_everything_settled()
    {
        Snapshot snapshot = Commit(null);
        _test.Store.Settle(CancellationToken.None);
        PretendToHaveRestarted(snapshot);
        using BuilderStore other = _test.OpenAnother();
        Assert.Equal(snapshot, other.Snapshots.Find(snapshot.Id));
    }

    private void PretendToHaveRestarted(Snapshot snapshot)
    {
        string path = _test.PathOf("snapshots", snapshot.Id, "snapshot.json");
        File.WriteAllText(path, File.ReadLines(path).First().Replace(BootId.Current!, "an-earlier-boot", StringComparison.Ordinal));
    }

    private Snapshot[] Chain(int length)
    {
        List<Snapshot> chain = [];
        for (int i = 0; i < length; i++) chain.Add(Commit(chain.LastOrDefault()));
        return [.. chain];
    }

    private Snapshot Commit(Snapshot? parent, params (string Path, string Content)[] files)
    {
        using SnapshotDraft draft = Snapshots.CreateDraft(parent);
        foreach ((string path, string content) in files)
        {
            string full = Path.Combine(draft.TreeDirectory, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, content);
        }

        return draft.Commit();
    }
}
