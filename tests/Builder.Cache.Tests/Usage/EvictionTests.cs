using System.Diagnostics;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Cache.Usage;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Tests.Usage;

[Collection(UndisturbedTests.Name)]
public sealed class EvictionTests : IDisposable
{
    private readonly TestStore _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Sizes_are_what_du_says()
    {
        using (BuilderStore store = _test.OpenAnother())
        {
            Snapshot parent = Commit(store, null, 300_000);
            Commit(store, parent, 5);
            store.Blobs.Put(new byte[100_000]);
            using SnapshotDraft draft = store.Snapshots.CreateDraft(parent);
            string file = Path.Combine(draft.TreeDirectory, "file");
            File.WriteAllBytes(file, Noise(200_000));
            File.CreateSymbolicLink(file + "-link", "somewhere");
            Link(file, file + "-hard");
            draft.Commit();
            using SnapshotDraft unfinished = store.Snapshots.CreateDraft(parent);
            File.WriteAllBytes(Path.Combine(unfinished.TreeDirectory, "file"), Noise(70_000));
            Assert.Equal(DiskUsage(), store.Usage.Read().Total);
            _test.Time.Advance(TimeSpan.FromDays(20_000));
            Assert.Equal(DiskUsage(), store.Usage.Read().Total);
        }

        using BuilderStore later = _test.OpenAnother();
        Assert.Equal(DiskUsage(), later.Usage.Read().Total);
    }

    [Fact]
    public void Sizes_are_what_du_says_while_snapshots_that_have_files_together_come_and_go()
    {
        List<string> ids = [];
        using (BuilderStore store = _test.OpenAnother())
        {
            Snapshot first = Commit(store, null, 300_000);
            ids.Add(first.Id);
            _test.Time.Advance(TimeSpan.FromDays(20_000));
            AssertNearlyEqual(DiskUsage(), store.Usage.Read().Total);
            Assert.Contains(Directory.GetFiles(_test.PathOf("snapshots", first.Id)), f => Path.GetFileName(f).StartsWith("size-", StringComparison.Ordinal));
            for (int i = 0; i < 3; i++)
            {
                using SnapshotDraft draft = store.Snapshots.CreateDraft(null);
                Assert.True(store.Snapshots.TryShare(store.Snapshots.Find(ids[^1])!, draft));
                foreach (string file in Directory.GetFiles(_test.PathOf("snapshots", ids[^1], "fs"))) Link(file, Path.Combine(draft.TreeDirectory, Path.GetFileName(file)));
                File.WriteAllBytes(Path.Combine(draft.TreeDirectory, $"own-{i}"), Noise(50_000));
                ids.Add(draft.Commit().Id);
                AssertNearlyEqual(DiskUsage(), store.Usage.Read().Total);
                _test.Time.Advance(TimeSpan.FromDays(1));
            }
        }

        using BuilderStore later = _test.OpenAnother();
        AssertNearlyEqual(DiskUsage(), later.Usage.Read().Total);
        foreach (string id in ids.Take(3))
        {
            later.Snapshots.Delete(id);
            AssertNearlyEqual(DiskUsage(), later.Usage.Read().Total);
        }
    }

    [Fact]
    public void What_was_used_longest_ago_goes_first_and_children_before_their_parents()
    {
        string parent, child, other;
        using (BuilderStore store = _test.OpenAnother())
        {
            Snapshot first = Commit(store, null, 1);
            parent = first.Id;
            _test.Time.Advance(TimeSpan.FromMinutes(1));
            child = Commit(store, first, 1).Id;
            _test.Time.Advance(TimeSpan.FromMinutes(1));
            other = Commit(store, null, 1).Id;
        }

        _test.Time.Advance(TimeSpan.FromMinutes(1));
        using (BuilderStore user = _test.OpenAnother()) Assert.NotNull(user.Snapshots.Find(child));
        using BuilderStore pruner = _test.OpenAnother();
        IReadOnlyList<UsageItem> removed = pruner.Usage.Remove(pruner.Usage.Read().Items, static _ => false, CancellationToken.None);
        Assert.Equal([other, child, parent], removed.Select(r => r.Id));
        Assert.Empty(pruner.Snapshots.List());
    }

    [Fact]
    public void What_a_living_process_found_or_made_stays_with_all_it_stands_on()
    {
        using BuilderStore builder = _test.OpenAnother();
        Snapshot parent = Commit(builder, null, 1);
        Snapshot child = Commit(builder, parent, 1);
        Digest blob = builder.Blobs.Put("made"u8);
        using BuilderStore pruner = _test.OpenAnother();
        Assert.Empty(pruner.Usage.Remove(pruner.Usage.Read().Items, static _ => false, CancellationToken.None));
        Assert.All(pruner.Usage.Read().Items, item => Assert.True(item.IsInUse));
        builder.Dispose();
        Assert.All(pruner.Usage.Read().Items, item => Assert.False(item.IsInUse));

        using BuilderStore user = _test.OpenAnother();
        Assert.NotNull(user.Snapshots.Find(child.Id));
        Assert.Equal([blob.ToString()], pruner.Usage.Remove(pruner.Usage.Read().Items, static _ => false, CancellationToken.None).Select(i => i.Id));
        Assert.NotNull(user.Snapshots.Find(parent.Id));
    }

    [Fact]
    public void A_blob_that_was_written_to_is_never_served()
    {
        Digest blob;
        using (BuilderStore store = _test.OpenAnother()) blob = store.Blobs.Put(Noise(100_000));
        string path = _test.PathOf("blobs", "sha256", blob.Hex);
        Flip(path, 50_000);
        using (BuilderStore store = _test.OpenAnother())
        {
            Assert.False(store.Blobs.Contains(blob));
            Assert.False(File.Exists(path));
            Assert.Equal(blob, store.Blobs.Put(Noise(100_000)));
        }

        // As a disk damages it: nothing tells but the content.
        DateTime written = File.GetLastWriteTimeUtc(path);
        Flip(path, 99_999);
        File.SetLastWriteTimeUtc(path, written);
        using BuilderStore reader = _test.OpenAnother();
        Assert.True(reader.Blobs.Contains(blob));
        using Stream content = reader.Blobs.OpenRead(blob);
        using MemoryStream copy = new();
        Assert.Contains("was damaged", Assert.Throws<StoreException>(() => content.CopyTo(copy)).Message, StringComparison.Ordinal);
        Assert.True(copy.Length < 100_000);
        Assert.False(reader.Blobs.Contains(blob));
    }

    [Fact]
    public async Task A_limit_holds_while_a_build_goes_on()
    {
        const long Limit = 20_000_000;
        StoreSettings settings = new() { Limits = new StoreLimits(Limit, null, KeepNamedImages: false) };
        using CancellationTokenSource end = new();
        Task<long> watching = Task.Run(() => Watch(end.Token));
        for (int i = 0; i < 30; i++)
        {
            using BuilderStore build = BuilderStore.Open(_test.Root, TimeProvider.System, null, settings);
            Snapshot parent = Commit(build, null, 1_000_000 + i);
            Commit(build, parent, 1_000_000 + i);
            Thread.Sleep(30);
        }

        await end.CancelAsync();
        Assert.InRange(await watching, Limit / 2, Limit);
    }

    [Fact]
    public void A_process_that_needs_more_than_the_limit_is_told_so()
    {
        StoreSettings settings = new() { Limits = new StoreLimits(5_000_000, null, KeepNamedImages: false) };
        using BuilderStore build = BuilderStore.Open(_test.Root, TimeProvider.System, null, settings);
        using SnapshotDraft draft = build.Snapshots.CreateDraft(null);
        File.WriteAllBytes(Path.Combine(draft.TreeDirectory, "file"), Noise(6_000_000));
        Assert.True(build.Usage.Exhausted.WaitHandle.WaitOne(TimeSpan.FromMinutes(2)));
        Assert.Contains("has reached its limit", Assert.Throws<StoreException>(() => build.Blobs.Put("x"u8)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Images_go_last_those_without_a_name_first_unless_they_are_to_stay(bool keep)
    {
        List<string> told = [];
        using (BuilderStore store = _test.OpenAnother())
        {
            int size = 1_000_000;
            foreach (string name in (string[])["", "old", "new", "container"])
            {
                Put(store, name, size++);
                _test.Time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        BuilderStore? full = null;
        full = BuilderStore.Open(_test.Root, TimeProvider.System, null, new StoreSettings
        {
            Limits = new StoreLimits(5_000_000, null, keep),
            OnImageEvicted = told.Add,
            ImagesOfContainers = () => new HashSet<Digest> { full!.Images.List().First(i => i.Names is [{ FamiliarName: "container:latest" }]).Image.Id },
        });
        using SnapshotDraft draft = full.Snapshots.CreateDraft(null);
        File.WriteAllBytes(Path.Combine(draft.TreeDirectory, "file"), Noise(1_000_100));
        Assert.True(SpinWait.SpinUntil(() => keep ? DiskUsage() < 4_300_000 : told.Count > 0, TimeSpan.FromMinutes(2)));
        full.Dispose();
        using BuilderStore later = _test.OpenAnother();
        string[] left = [.. later.Images.List().SelectMany(i => i.Names).Select(n => n.FamiliarName)];
        Assert.Equal(keep ? ["container:latest", "new:latest", "old:latest"] : ["container:latest", "new:latest"], left.Order());
        Assert.Equal(keep ? [] : ["old:latest"], told);
    }

    [Fact]
    public async Task An_image_that_is_stored_makes_room_for_itself()
    {
        using (BuilderStore store = _test.OpenAnother())
        {
            for (int i = 0; i < 3; i++) Put(store, $"old{i}", 1_000_000 + i);
        }

        StoreSettings settings = new() { Limits = new StoreLimits(3_300_000, null, KeepNamedImages: false) };
        using BuilderStore full = BuilderStore.Open(_test.Root, TimeProvider.System, null, settings);
        byte[] config = OciJson.WriteConfig(new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [] } });
        StoredImage image = await Task.Run(() => full.Images.Put(config, [])).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.NotNull(full.Images.Find(image.Id));
        Assert.InRange(full.Images.List().Count, 1, 3);
    }

    internal static byte[] Noise(int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        return content;
    }

    private static void Flip(string path, int at)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        int value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 4));
    }

    // A block can't always be divided among the trees that have it together.
    private static void AssertNearlyEqual(long expected, long actual) => Assert.InRange(actual, expected - 100, expected);

    private static void Link(string from, string to)
    {
        using Process process = TestStore.StartProgram("ln", [from, to]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void Put(BuilderStore store, string name, int size)
    {
        Digest blob = store.Blobs.Put(Noise(size));
        ImageConfig config = new() { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [blob] } };
        StoredImage image = store.Images.Put(OciJson.WriteConfig(config), [new LayerBlob(blob, blob, size, MediaTypes.OciLayer)]);
        if (name.Length > 0) store.Images.Tag(ImageReference.Parse(name), image.Id);
    }

    private static Snapshot Commit(BuilderStore store, Snapshot? parent, int size)
    {
        using SnapshotDraft draft = store.Snapshots.CreateDraft(parent);
        File.WriteAllBytes(Path.Combine(draft.TreeDirectory, $"file-{size}"), Noise(size));
        return draft.Commit();
    }

    private long Watch(CancellationToken end)
    {
        long most = 0;
        while (!end.IsCancellationRequested) most = Math.Max(most, DiskUsage());
        return most;
    }

    private long DiskUsage()
    {
        using Process process = TestStore.StartProgram("du", ["-s", "--block-size=1", _test.Root]);
        string output = process.StandardOutput.ReadToEnd();
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return output.Length == 0 ? 0 : long.Parse(output.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
