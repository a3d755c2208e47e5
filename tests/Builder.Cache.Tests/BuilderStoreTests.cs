using System.Diagnostics;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Tests;

public sealed class BuilderStoreTests : IDisposable
{
    private readonly TestStore _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void A_new_store_is_private_to_its_owner()
    {
        Assert.Equal(_test.PathOf(), _test.Store.Root);
        Assert.Equal(0x1C0, (int)File.GetUnixFileMode(_test.PathOf()));
        Assert.Equal(
            ["blobs", "builds", "chains", "containers", "contexts", "converted", "downloads", "images", "indexes", "locks", "manifests", "names", "outputs", "records", "snapshots", "tmp", "version"],
            Directory.GetFileSystemEntries(_test.PathOf()).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Trees_are_spread_over_the_disk_also_in_a_store_from_before()
    {
        _test.OpenAnother().Dispose();
        bool canSpread = DirectoryPlacement.SpreadsChildren(_test.PathOf("snapshots"));
        Directory.Delete(_test.PathOf("snapshots"));
        Directory.Delete(_test.PathOf("containers"));
        Directory.CreateDirectory(_test.PathOf("snapshots"));
        _test.OpenAnother().Dispose();
        Assert.Equal(canSpread, DirectoryPlacement.SpreadsChildren(_test.PathOf("snapshots")));
        Assert.Equal(new DriveInfo(_test.PathOf()).DriveFormat.StartsWith("ext", StringComparison.Ordinal), canSpread);

        Directory.CreateDirectory(_test.PathOf("containers"));
        _test.OpenAnother().Dispose();
        Assert.Equal(canSpread, DirectoryPlacement.SpreadsChildren(_test.PathOf("containers")));
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused()
    {
        _test.OpenAnother().Dispose();
        File.WriteAllText(_test.PathOf("version"), """{"version":2,"somethingNew":true}""");
        StoreException error = Assert.Throws<StoreException>(() => _test.OpenAnother());
        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(_test.PathOf(), error.Message, StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => BuilderStore.RememberedKind(_test.PathOf()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version":"x"}""")]
    public void A_damaged_version_is_written_again(string content)
    {
        using (BuilderStore store = BuilderStore.Open(_test.PathOf(), _test.Time, SnapshotKind.Copy))
        {
            using SnapshotDraft parent = store.Snapshots.CreateDraft(null);
            using SnapshotDraft child = store.Snapshots.CreateDraft(parent.Commit());
            child.Commit();
        }

        File.WriteAllText(_test.PathOf("version"), content);
        using (BuilderStore store = _test.OpenAnother()) Assert.Equal(SnapshotKind.Copy, store.Snapshots.Kind);
        Assert.Equal(SnapshotKind.Copy, BuilderStore.RememberedKind(_test.PathOf()));
    }

    [Fact]
    public void A_new_store_keeps_snapshots_as_the_file_system_allows_and_an_old_one_as_it_began()
    {
        var copies = new StoreSettings { ProbeSnapshots = directory => Directory.Exists(directory) ? SnapshotKind.Copy : SnapshotKind.Overlay };
        using (BuilderStore store = BuilderStore.Open(_test.PathOf(), _test.Time, settings: copies)) Assert.Equal(SnapshotKind.Copy, store.Snapshots.Kind);
        var overlay = new StoreSettings { ProbeSnapshots = _ => SnapshotKind.Overlay };
        using (BuilderStore store = BuilderStore.Open(_test.PathOf(), _test.Time, settings: overlay)) Assert.Equal(SnapshotKind.Copy, store.Snapshots.Kind);
    }

    [NamespaceFact]
    public void A_read_only_store_can_be_read()
    {
        Digest blob;
        using (BuilderStore store = _test.OpenAnother()) blob = store.Blobs.Put("here"u8);
        using Process process = TestStore.StartInNamespace(
            "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"", _test.PathOf(), "read", _test.PathOf(), blob.ToString());
        Assert.Equal("here\ncan't write a blob: the file system is read-only\n", process.StandardOutput.ReadToEnd());
        process.WaitForExit();
    }

    [Fact]
    public void A_directory_with_something_else_in_it_does_not_become_a_store()
    {
        Directory.CreateDirectory(_test.PathOf());
        File.WriteAllText(_test.PathOf("thesis.txt"), "dear reader");
        Assert.Contains("thesis.txt", Assert.Throws<StoreException>(() => _test.OpenAnother()).Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_test.PathOf()));
    }

    [Fact]
    public void A_file_in_the_stores_place_is_one_clear_error()
    {
        File.WriteAllText(_test.PathOf(), "");
        Assert.Contains(_test.PathOf(), Assert.Throws<StoreException>(() => _test.OpenAnother()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_remembers_how_it_keeps_snapshots_and_refuses_to_mix()
    {
        Assert.Null(BuilderStore.RememberedKind(_test.PathOf()));
        using (BuilderStore undecided = BuilderStore.Open(_test.PathOf(), _test.Time)) Assert.Equal(SnapshotKind.Overlay, undecided.Snapshots.Kind);
        Assert.Null(BuilderStore.RememberedKind(_test.PathOf()));
        using (BuilderStore copying = BuilderStore.Open(_test.PathOf(), _test.Time, SnapshotKind.Copy)) Assert.Equal(SnapshotKind.Copy, copying.Snapshots.Kind);
        using (BuilderStore reading = BuilderStore.Open(_test.PathOf(), _test.Time)) Assert.Equal(SnapshotKind.Copy, reading.Snapshots.Kind);
        Assert.Equal(SnapshotKind.Copy, BuilderStore.RememberedKind(_test.PathOf()));
        StoreException error = Assert.Throws<StoreException>(() => BuilderStore.Open(_test.PathOf(), _test.Time, SnapshotKind.Overlay));
        Assert.Contains("whole copies", error.Message, StringComparison.Ordinal);

        // The refused attempt holds nothing.
        Assert.Empty(Directory.GetFiles(_test.PathOf("locks"), "o-*"));
    }

    [Fact]
    public async Task A_store_whose_directories_vanish_says_so_in_its_own_words()
    {
        BuilderStore store = _test.Store;
        Digest digest = store.Blobs.Put("x"u8);
        await store.Maintenance;
        foreach (string name in (string[])["tmp", "snapshots", "blobs"]) Directory.Delete(_test.PathOf(name), recursive: true);
        File.WriteAllText(_test.PathOf("snapshots"), "");

        Assert.Contains("can't write a blob", Assert.Throws<StoreException>(() => store.Blobs.Create()).Message, StringComparison.Ordinal);
        Assert.Contains("not in the store", Assert.Throws<StoreException>(() => store.Blobs.OpenRead(digest)).Message, StringComparison.Ordinal);
        Assert.Contains("can't begin a snapshot", Assert.Throws<StoreException>(() => store.Snapshots.CreateDraft(null)).Message, StringComparison.Ordinal);
        StoreException error = Assert.Throws<StoreException>(() => store.Records.PutAlias(digest, Digest.Sha256("y"u8)));
        Assert.Contains(_test.PathOf("records"), error.Message, StringComparison.Ordinal);
        Assert.Contains("durable", Assert.Throws<StoreException>(() => store.Settle(CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Closing_twice_is_closing_once()
    {
        BuilderStore store = _test.OpenAnother();
        store.Dispose();
        store.Dispose();
        Assert.Empty(Directory.GetFiles(_test.PathOf("locks"), "o-*"));
    }

    [Fact]
    public async Task Eight_writers_at_once_in_one_process_all_succeed()
    {
        using BuilderStore shared = _test.OpenAnother();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            using BuilderStore own = _test.OpenAnother();
            Snapshot? parent = null;
            for (int round = 0; round < 10; round++)
            {
                Program.WriteRound(seed % 2 == 0 ? own : shared, seed, round, parent, out Snapshot snapshot);
                parent = snapshot;
            }
        })));
        AssertWhole(snapshots: 80);
    }

    [Fact]
    public void Eight_processes_writing_the_same_all_succeed()
    {
        Process[] writers = [.. Enumerable.Range(0, 8).Select(i => TestStore.Start("write", _test.PathOf(), (i / 2).ToString(null, null), "10"))];
        foreach (Process writer in writers)
        {
            string output = writer.StandardOutput.ReadToEnd() + writer.StandardError.ReadToEnd();
            writer.WaitForExit();
            Assert.True(writer.ExitCode == 0, output);
            writer.Dispose();
        }

        AssertWhole(snapshots: 80);
    }

    [Fact]
    public async Task A_writer_killed_at_any_moment_leaves_a_store_that_works_and_gets_cleaned()
    {
        Random random = new(4711);
        for (int i = 0; i < 12; i++)
        {
            using Process writer = TestStore.Start("write", _test.PathOf(), i.ToString(null, null), "1000000");
            for (int rounds = random.Next(1, 40); rounds > 0; rounds--) Assert.Equal("round", writer.StandardOutput.ReadLine());
            SpinWait.SpinUntil(() => false, TimeSpan.FromMicroseconds(random.Next(3000)));
            writer.Kill();
            writer.WaitForExit();
        }

        using BuilderStore store = _test.OpenAnother();
        Program.WriteRound(store, 99, 0, null, out _);
        await store.Maintenance.WaitAsync(TimeSpan.FromSeconds(60));
        AssertWhole(snapshots: null);
        Assert.Single(Directory.GetFiles(_test.PathOf("locks"), "o-*"));
    }

    [Fact]
    public async Task What_a_living_process_has_not_finished_is_left_alone()
    {
        using BuilderStore living = _test.OpenAnother();
        using SnapshotDraft draft = living.Snapshots.CreateDraft(null);
        using var blob = living.Blobs.Create();
        blob.Write("half"u8);

        using BuilderStore other = _test.OpenAnother();
        other.Blobs.Put("x"u8);
        await other.Maintenance.WaitAsync(TimeSpan.FromSeconds(30));

        blob.Write(" and half"u8);
        Assert.True(living.Blobs.Contains(blob.Commit()));
        Assert.NotNull(living.Snapshots.Find(draft.Commit().Id));
    }

    [Fact]
    public async Task Leftovers_that_may_not_be_removed_yet_do_no_harm()
    {
        _test.OpenAnother().Dispose();
        string left = _test.PathOf("snapshots", "d-dead00-1");
        Directory.CreateDirectory(left);
        using BuilderStore store = _test.OpenAnother();

        // Stands for a tree of foreign owners: removal is refused.
        Assert.False(Leftovers.TryRemove("/proc/self/fdinfo"));
        store.Blobs.Put("x"u8);
        await store.Maintenance.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(Directory.Exists(left));
    }

    [NamespaceFact]
    public void A_tree_with_something_mounted_in_it_is_not_removed()
    {
        // The store's process sees the mount only when it is made in its own namespace, so the program is asked there.
        Directory.CreateDirectory(_test.PathOf("dead", "mnt"));
        using Process process = TestStore.StartInNamespace("mount -t tmpfs none \"$1/mnt\"", _test.PathOf("dead"), "remove", _test.PathOf("dead"));
        Assert.Equal("False", process.StandardOutput.ReadToEnd().Trim());
        process.WaitForExit();
        Assert.True(Directory.Exists(_test.PathOf("dead", "mnt")));
    }

    [Theory]
    [InlineData("/a/b", true)]
    [InlineData("/a", true)]
    [InlineData("/a/b/c", false)]
    [InlineData("/a/bc", false)]
    [InlineData("/x y", true)]
    public void Mounts_at_or_below_a_path_are_noticed(string path, bool expected)
    {
        string[] mounts =
        [
            "36 35 98:0 /mnt1 /a/b rw,noatime master:1 - ext3 /dev/root rw",
            "37 35 98:0 / /x\\040y/z rw - tmpfs none rw",
            "nonsense",
        ];
        Assert.Equal(expected, MountTable.HasMountWithin(path, mounts));
    }

    [NamespaceFact]
    public void A_read_only_file_system_is_one_clear_error()
    {
        Directory.CreateDirectory(_test.PathOf());
        using Process process = TestStore.StartInNamespace("mount -t tmpfs -o ro none \"$1\"", _test.PathOf(), "open", _test.PathOf("store"));
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal($"can't use the store: the file system is read-only: '{_test.PathOf("store")}'\n", output);
        Assert.Equal(1, process.ExitCode);
    }

    private void AssertWhole(int? snapshots)
    {
        using BuilderStore store = _test.OpenAnother();
        Assert.Empty(Directory.GetFileSystemEntries(_test.PathOf("tmp")));
        Assert.Empty(Directory.GetDirectories(_test.PathOf("snapshots"), "d-*"));
        foreach (Digest blob in store.Blobs.List())
        {
            using Stream file = store.Blobs.OpenRead(blob);
            Assert.Equal(blob.Hex, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)));
        }

        List<string> ids = [.. store.Snapshots.List()];
        if (snapshots is not null) Assert.Equal(snapshots, ids.Count);
        foreach (string id in ids)
        {
            Assert.NotNull(store.Snapshots.Find(id));
            Assert.Equal(100_000, new FileInfo(_test.PathOf("snapshots", id, "fs", "file")).Length);
        }

        foreach (string record in Directory.GetFiles(_test.PathOf("records")))
            Assert.NotNull(store.Records.Find(Digest.Parse("sha256:" + Path.GetFileName(record))));
    }
}
