using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Oci;

namespace Builder.Cache.Tests.Layers;

public sealed class LayerStoreTests : IDisposable
{
    private readonly TestStore _test = new(SnapshotKind.Overlay);

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Chain_ids_follow_the_specification()
    {
        Digest first = Digest.Sha256("1"u8);
        Digest second = Digest.Sha256("2"u8);
        Assert.Equal([first, Digest.Sha256(System.Text.Encoding.ASCII.GetBytes($"{first} {second}"))], ChainId.Compute([first, second]));
    }

    [RootFact]
    public async Task Layers_unpacked_once_are_found_again_and_shared()
    {
        LayerBlob[] layers = [new LayerTar().File("a").Put(_test.Store), new LayerTar().File("b").Put(_test.Store), new LayerTar().File("c").Put(_test.Store)];
        Snapshot? three = await _test.Store.Layers.UnpackAsync([.. layers], CancellationToken.None);
        Snapshot? two = await _test.Store.Layers.UnpackAsync([.. layers.Take(2)], CancellationToken.None);
        Assert.Equal(two!.Id, three!.ParentId);
        using BuilderStore another = _test.OpenAnother();
        Assert.Equal(three, await another.Layers.UnpackAsync([.. layers], CancellationToken.None));
        Assert.Equal(3, _test.Store.Snapshots.List().Count());
        Assert.Equal(layers[2], another.Layers.FindBlob(three));
        Assert.Equal(layers[2], await another.Layers.EnsureBlobAsync(three, CancellationToken.None));
        Assert.Null(await _test.Store.Layers.UnpackAsync([], CancellationToken.None));
    }

    [RootFact]
    public async Task A_compressed_layer_is_verified_by_what_is_in_it()
    {
        LayerBlob layer = new LayerTar().File("a", "text").Put(_test.Store, compressed: true);
        Snapshot? snapshot = await _test.Store.Layers.UnpackAsync([layer], CancellationToken.None);
        Assert.Equal(["a"], Trees.Paths(_test.Store, snapshot!));
        Assert.Equal(layer, _test.Store.Layers.FindBlob(snapshot!));
        LayerBlob lie = layer with { DiffId = Digest.Sha256("other"u8) };
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.UnpackAsync([lie], CancellationToken.None));
        Assert.Equal($"layer {lie.DiffId}: its content has the diff id {layer.DiffId}", error.Message);
    }

    [RootFact]
    public async Task Bytes_behind_the_end_of_the_archive_count_for_the_digest()
    {
        LayerBlob layer = new LayerTar().File("a").Put(_test.Store);
        byte[] longer = [.. await File.ReadAllBytesAsync(_test.PathOf("blobs", "sha256", layer.BlobDigest.Hex)), 1, 2, 3];
        Digest digest = _test.Store.Blobs.Put(longer);
        Assert.NotNull(await _test.Store.Layers.UnpackAsync([new LayerBlob(digest, digest, longer.Length, MediaTypes.OciLayer)], CancellationToken.None));
        await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.UnpackAsync([new LayerBlob(layer.DiffId, digest, longer.Length, MediaTypes.OciLayer)], CancellationToken.None));
    }

    [RootTheory]
    [InlineData("not a tar at all, but long enough to be looked at")]
    [InlineData("\u001f\u008bnot gzip either")]
    [InlineData("")]
    public async Task A_damaged_layer_is_refused_and_named(string content)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(content);
        Digest digest = _test.Store.Blobs.Put(bytes);
        LayerBlob layer = new(Digest.Sha256("what it should be"u8), digest, bytes.Length, MediaTypes.OciLayer);
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.UnpackAsync([layer], CancellationToken.None));
        Assert.StartsWith($"layer {layer.DiffId}: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Store.Snapshots.List());
    }

    [RootFact]
    public async Task A_gzip_that_is_cut_anywhere_is_refused_and_leaves_nothing()
    {
        LayerBlob layer = new LayerTar().File("a", new string('x', 10_000)).File("b", "text").Put(_test.Store, compressed: true);
        byte[] whole = await File.ReadAllBytesAsync(_test.PathOf("blobs", "sha256", layer.BlobDigest.Hex));
        foreach (int length in new[] { 2, 10, whole.Length / 4, whole.Length / 2, whole.Length - 9, whole.Length - 1 })
        {
            LayerBlob cut = layer with { BlobDigest = _test.Store.Blobs.Put(whole.AsSpan(0, length)), Size = length };
            StoreException error = await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.UnpackAsync([cut], CancellationToken.None));
            Assert.StartsWith($"layer {layer.DiffId}: ", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_test.Store.Snapshots.List());
    }

    [RootFact]
    public async Task Gzip_that_grows_without_end_is_left_in_time()
    {
        // A little gzip that is 256 MiB of zeros: the end of an archive, and padding without end.
        byte[] bomb;
        using (var content = new MemoryStream())
        {
            await using (var gzip = new System.IO.Compression.GZipStream(content, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
                for (int i = 0; i < 256; i++) await gzip.WriteAsync(new byte[1 << 20]);
            bomb = content.ToArray();
        }

        Digest digest = _test.Store.Blobs.Put(bomb);
        LayerBlob layer = new(Digest.Sha256("what it should be"u8), digest, bomb.Length, MediaTypes.OciLayerGzip);
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.UnpackAsync([layer], CancellationToken.None));
        Assert.Contains("64 MiB come behind the end of its archive", error.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Store.Snapshots.List());
    }

    [RootFact]
    public async Task Many_at_once_do_the_work_once()
    {
        LayerBlob[] layers = [new LayerTar().File("a").Put(_test.Store), new LayerTar().File("b").Put(_test.Store)];
        using BuilderStore another = _test.OpenAnother();
        Snapshot?[] snapshots = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? _test.Store : another).Layers.UnpackAsync([.. layers], CancellationToken.None))));
        Assert.Single(snapshots.Distinct());
        Assert.Equal(2, _test.Store.Snapshots.List().Count());
        Snapshot snapshot = Fill("x");
        LayerBlob[] blobs = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? _test.Store : another).Layers.EnsureBlobAsync(snapshot, CancellationToken.None))));
        Assert.Single(blobs.Distinct());
        Assert.Empty(Directory.GetFiles(_test.PathOf("locks"), "w-*"));
    }

    [RootFact]
    public async Task A_lost_blob_or_snapshot_is_made_again()
    {
        Snapshot snapshot = Fill("text");
        LayerBlob blob = await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None);
        _test.Store.Blobs.Delete(blob.BlobDigest);
        Assert.Null(_test.Store.Layers.FindBlob(snapshot));
        Assert.Equal(blob, await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None));
        string file = Path.Combine(_test.Store.Snapshots.Directory, snapshot.Id, "layer.json");
        File.WriteAllText(file, """{"diffId":"nonsense","blobDigest":"x","size":1,"mediaType":""}""");
        Assert.Null(_test.Store.Layers.FindBlob(snapshot));
        File.WriteAllText(file, "{");
        Assert.Equal(blob, await _test.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None));

        LayerBlob layer = new LayerTar().File("a").Put(_test.Store);
        Snapshot? first = await _test.Store.Layers.UnpackAsync([layer], CancellationToken.None);
        _test.Store.Snapshots.Delete(first!.Id);
        Snapshot? second = await _test.Store.Layers.UnpackAsync([layer], CancellationToken.None);
        Assert.NotEqual(first.Id, second!.Id);
        Assert.Equal(["a"], Trees.Paths(_test.Store, second));
    }

    [RootFact]
    public async Task Cancelling_leaves_nothing()
    {
        LayerBlob layer = new LayerTar().File("a").Put(_test.Store);
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _test.Store.Layers.UnpackAsync([layer], cancelled));
        Snapshot snapshot = Fill("x");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _test.Store.Layers.EnsureBlobAsync(snapshot, cancelled));
        Assert.Empty(Directory.GetFiles(_test.PathOf("locks"), "w-*"));
        Assert.Equal([snapshot.Id], _test.Store.Snapshots.List());
    }

    [Fact]
    public async Task The_layer_of_a_snapshot_that_is_gone_is_refused() =>
        await Assert.ThrowsAsync<StoreException>(() => _test.Store.Layers.EnsureBlobAsync(new Snapshot("gone", null, default), CancellationToken.None));

    private Snapshot Fill(string text)
    {
        using SnapshotDraft draft = _test.Store.Snapshots.CreateDraft(null);
        File.WriteAllText(Path.Combine(draft.TreeDirectory, "file"), text);
        return draft.Commit();
    }
}
