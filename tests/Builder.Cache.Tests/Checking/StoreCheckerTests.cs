using Builder.Cache.Checking;
using Builder.Cache.Images;
using Builder.Cache.Keys;
using Builder.Cache.Layers;
using Builder.Cache.Records;
using Builder.Cache.Snapshots;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Tests.Checking;

public sealed class StoreCheckerTests : IDisposable
{
    private readonly TestStore _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_store_without_damage_has_no_problems()
    {
        await FillAsync();
        StoreReport report = Check(repair: false);
        Assert.Empty(report.Problems);
        Assert.Equal((2, 1, 1, 1, 2, 0), (report.Blobs, report.Snapshots, report.Compared, report.Images, report.Records, report.Stale));
    }

    [Theory]
    [InlineData("blobs/sha256", "blob")]
    [InlineData("images", "image")]
    [InlineData("names", "name")]
    [InlineData("records", "record")]
    public async Task A_flipped_bit_anywhere_is_found_and_removed(string directory, string kind)
    {
        await FillAsync();
        foreach (string path in Directory.GetFiles(_test.PathOf(directory)))
        {
            byte[] content = File.ReadAllBytes(path);
            content[content.Length / 3] ^= 8;
            File.WriteAllBytes(path, content);
        }

        StoreReport found = Check(repair: false);
        Assert.Contains(found.Problems, p => p.Kind == kind);
        Assert.All(found.Problems, p => Assert.False(p.IsRepaired));
        Assert.Equal(found.Problems.Count, Check(repair: false).Problems.Count);
        Assert.All(Check(repair: true).Problems, p => Assert.True(p.IsRepaired));
        Assert.Empty(Check(repair: true).Problems);
    }

    [Fact]
    public async Task A_file_of_a_snapshot_that_changed_is_found()
    {
        (Snapshot snapshot, _) = await FillAsync();
        File.AppendAllText(_test.PathOf("snapshots", snapshot.Id, "fs", "file"), "!");
        Assert.Equal(["snapshot"], Check(repair: true).Problems.Select(p => p.Kind));
        using BuilderStore store = _test.OpenAnother();
        Assert.Null(store.Snapshots.Find(snapshot.Id));
    }

    [Fact]
    public async Task A_layer_is_never_made_of_a_snapshot_that_changed()
    {
        (Snapshot snapshot, LayerBlob layer) = await FillAsync();
        File.AppendAllText(_test.PathOf("snapshots", snapshot.Id, "fs", "file"), "!");
        File.Delete(_test.PathOf("blobs", "sha256", layer.BlobDigest.Hex));
        using BuilderStore store = _test.OpenAnother();
        Snapshot found = store.Snapshots.Find(snapshot.Id)!;
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => store.Layers.EnsureBlobAsync(found, CancellationToken.None));
        Assert.Contains("is damaged", error.Message, StringComparison.Ordinal);
        Assert.Null(store.Snapshots.Find(snapshot.Id));
    }

    [Fact]
    public async Task A_snapshot_without_a_description_or_parent_is_found_and_records_of_it_are_stale()
    {
        (Snapshot snapshot, _) = await FillAsync();
        File.WriteAllText(_test.PathOf("snapshots", snapshot.Id, "snapshot.json"), "");
        Assert.Contains(Check(repair: true).Problems, p => p.Kind == "snapshot");
        StoreReport report = Check(repair: false);
        Assert.Empty(report.Problems);
        Assert.Equal((0, 2), (report.Snapshots, report.Stale));
        using BuilderStore store = _test.OpenAnother();
        store.Usage.RemoveStale(DateTimeOffset.MaxValue, CancellationToken.None);
        Assert.Empty(Directory.GetFiles(_test.PathOf("records")));
    }

    [Fact]
    public async Task An_image_without_one_of_its_layers_is_found_and_removed_with_its_name()
    {
        (_, LayerBlob layer) = await FillAsync();
        File.Delete(_test.PathOf("blobs", "sha256", layer.BlobDigest.Hex));
        StoreProblem problem = Assert.Single(Check(repair: true).Problems);
        Assert.Equal("image", problem.Kind);
        Assert.StartsWith("app:latest", problem.Id, StringComparison.Ordinal);
        using BuilderStore store = _test.OpenAnother();
        Assert.Empty(store.Images.List());
        Assert.Empty(Directory.GetFiles(_test.PathOf("names")));
    }

    private StoreReport Check(bool repair)
    {
        using BuilderStore store = _test.OpenAnother();
        return StoreChecker.Check(store, repair, CancellationToken.None);
    }

    private async Task<(Snapshot Snapshot, LayerBlob Layer)> FillAsync()
    {
        using BuilderStore store = _test.OpenAnother();
        using SnapshotDraft draft = store.Snapshots.CreateDraft(null);
        await File.WriteAllTextAsync(Path.Combine(draft.TreeDirectory, "file"), "content");
        Snapshot snapshot = draft.Commit();
        LayerBlob layer = await store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None);
        byte[] config = OciJson.WriteConfig(new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [layer.DiffId] } });
        StoredImage image = store.Images.Put(config, [layer]);
        store.Images.Tag(ImageReference.Parse("app"), image.Id);
        CacheKeyWriter key = new("test", 1);
        key.Add("a", "b");
        CacheKey finished = key.Finish();
        store.Records.Put(new CacheRecord(finished, snapshot.Id, "RUN a", _test.Time.GetUtcNow()));
        store.Records.PutAlias(Digest.Sha256("definition"u8), finished.Digest);
        return (snapshot, layer);
    }
}
