using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Builder.Cache.Sharing;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Tests.Sharing;

public sealed class SharedCacheTests : IDisposable
{
    private static readonly DateTimeOffset Then = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);
    private readonly string _directory = Directory.CreateTempSubdirectory("builder-sharing-").FullName;

    private LayoutCache Layout => new(Path.Combine(_directory, "cache"), "latest");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task What_is_written_is_read_again(bool isImage, bool oci)
    {
        SharedLayer[] layers = [Layer("1"), Layer("2"), Layer("3")];
        var builder = new SharedCacheBuilder();
        builder.Add(Key("definition a"), new SharedResult(Key("a"), [layers[0], layers[1]], Then));
        builder.Add(Key("b"), new SharedResult(Key("b"), [layers[0], layers[2]], null));
        builder.Add(Key("another definition of a"), new SharedResult(Key("a"), [layers[0], layers[1]], Then));
        await PutAsync(builder, new CacheManifestForm(isImage, oci));

        SharedCache cache = await SharedCacheReader.ReadAsync(Layout, Platform.Current, CancellationToken.None);

        Assert.Equal(4, cache.Count);
        foreach (string key in new[] { "a", "definition a", "another definition of a" })
        {
            SharedResult found = cache.Find(Key(key))!;
            Assert.Equal((Key("a"), Then), (found.Key, found.CreatedAt));
            Assert.Equal(layers.Take(2).Select(l => (l.Blob.Digest, l.DiffId, l.CreatedAt)), found.Layers.Select(l => (l.Blob.Digest, l.DiffId, l.CreatedAt)));
        }

        Assert.Equal([layers[0].DiffId, layers[2].DiffId], cache.Find(Key("b"))!.Layers.Select(l => l.DiffId));
        Assert.Null(cache.Find(Key("c")));
        Assert.False(cache.HasBaseLayers);
    }

    [Fact]
    public void Equal_layers_are_there_once()
    {
        var builder = new SharedCacheBuilder();
        Assert.True(builder.IsEmpty);
        builder.Add(Key("x"), new SharedResult(Key("x"), [Layer("1")], null));
        builder.Add(Key("y"), new SharedResult(Key("y"), [Layer("1"), Layer("2"), Layer("1")], null));
        Assert.Equal([Layer("1").Blob.Digest, Layer("2").Blob.Digest], builder.Blobs.Select(b => b.Digest));
        using JsonDocument config = JsonDocument.Parse(builder.WriteConfig());
        Assert.Equal([-1, 0, 1], config.RootElement.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("parent").GetInt32()));
    }

    [Theory]
    [InlineData("""{"layers":[{"blob":"BLOB","parent":0,"annotations":{"diffID":"DIFF"}}],"records":[RECORD]}""")]
    [InlineData("""{"layers":[{"blob":"BLOB","parent":-2,"annotations":{"diffID":"DIFF"}}],"records":[RECORD]}""")]
    [InlineData("""{"layers":[{"blob":"BLOB","parent":7,"annotations":{"diffID":"DIFF"}}],"records":[RECORD]}""")]
    [InlineData("""{"layers":[{"blob":"BLOB","parent":-1}],"records":[RECORD]}""")]
    [InlineData("""{"layers":[{"blob":"BLOB","parent":-1,"annotations":{"diffID":"nonsense"}}],"records":[RECORD]}""")]
    [InlineData("""{"layers":[{"blob":"nonsense","parent":-1,"annotations":{"diffID":"DIFF"}}],"records":[RECORD]}""")]
    [InlineData("""{"layers":[{"blob":"DIFF","parent":-1,"annotations":{"diffID":"DIFF"}}],"records":[RECORD]}""")]
    [InlineData("""{"layers":[null],"records":[RECORD]}""")]
    [InlineData("""{"layers":[],"records":[RECORD]}""")]
    [InlineData("""{"records":[null,{"digest":"KEY"},{"digest":"KEY","inputs":[[{"link":0}]]}]}""")]
    [InlineData("""{"records":[{"digest":"KEY","inputs":[[{"link":0}]]}]}""")]
    [InlineData("""{"records":[{"digest":"KEY","inputs":[[{"link":99}]]}]}""")]
    [InlineData("{}")]
    public void What_makes_no_sense_is_a_miss(string text)
    {
        SharedLayer layer = Layer("1");
        string json = text.Replace("RECORD", """{"digest":"KEY","layers":[{"layer":0}]}""", StringComparison.Ordinal)
            .Replace("BLOB", layer.Blob.Digest.ToString(), StringComparison.Ordinal)
            .Replace("DIFF", layer.DiffId.ToString(), StringComparison.Ordinal)
            .Replace("KEY", Key("a").ToString(), StringComparison.Ordinal);
        Assert.Null(SharedCache.Read(Encoding.UTF8.GetBytes(json), [layer.Blob]).Find(Key("a")));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"layers\":{}}")]
    [InlineData("{\"layers\"")]
    public void What_is_no_cache_document_is_refused(string json) =>
        Assert.Throws<CacheSourceException>(() => SharedCache.Read(Encoding.UTF8.GetBytes(json), []));

    [Fact]
    public async Task The_records_of_an_image_lead_to_its_own_layers()
    {
        SharedLayer[] layers = [Layer("base"), Layer("1"), Layer("2")];
        var builder = new SharedCacheBuilder();
        builder.Add(Key("definition"), Key("a"), layer: 1, createdAt: null);
        builder.Add(Key("b"), Key("b"), layer: 2, createdAt: null);
        await PutImageAsync(layers, JsonSerializer.SerializeToElement(builder.WriteInline()));

        SharedCache cache = await SharedCacheReader.ReadAsync(Layout, Platform.Current, CancellationToken.None);

        Assert.True(cache.HasBaseLayers);
        Assert.Equal(layers.Take(2).Select(l => l.DiffId), cache.Find(Key("definition"))!.Layers.Select(l => l.DiffId));
        Assert.Equal(layers.Select(l => l.DiffId), cache.Find(Key("b"))!.Layers.Select(l => l.DiffId));
    }

    [Fact]
    public async Task An_image_without_records_says_what_is_missing()
    {
        await PutImageAsync([Layer("1")], null);
        CacheSourceException error = await Assert.ThrowsAsync<CacheSourceException>(() => SharedCacheReader.ReadAsync(Layout, Platform.Current, CancellationToken.None));
        Assert.Equal("the image has no cache in it; build it with --cache-to type=inline", error.Message);
        await PutImageAsync([Layer("1")], JsonSerializer.SerializeToElement("not base64!"));
        await Assert.ThrowsAsync<CacheSourceException>(() => SharedCacheReader.ReadAsync(Layout, Platform.Current, CancellationToken.None));
    }

    [Fact]
    public async Task A_damaged_directory_is_an_error_of_the_cache_and_nothing_else()
    {
        LayoutCache layout = Layout;
        Assert.True((await Assert.ThrowsAsync<CacheSourceException>(() => layout.ReadManifestAsync(CancellationToken.None))).IsUnreachable);
        var builder = new SharedCacheBuilder();
        builder.Add(Key("x"), new SharedResult(Key("x"), [Layer("1")], null));
        await PutAsync(builder, new CacheManifestForm());
        foreach (string path in Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories).Where(p => !p.EndsWith("oci-layout", StringComparison.Ordinal)).ToList())
        {
            byte[] whole = await File.ReadAllBytesAsync(path);
            foreach (byte[] damaged in new[] { [], whole[..(whole.Length / 2)], [.. whole[..^1], (byte)(whole[^1] ^ 1)] })
            {
                await File.WriteAllBytesAsync(path, damaged);
                if (whole.Length > 1) await Assert.ThrowsAsync<CacheSourceException>(() => SharedCacheReader.ReadAsync(layout, Platform.Current, CancellationToken.None));
            }

            await File.WriteAllBytesAsync(path, whole);
        }

        Assert.NotNull((await SharedCacheReader.ReadAsync(layout, Platform.Current, CancellationToken.None)).Find(Key("x")));
        await Assert.ThrowsAsync<CacheSourceException>(() => new LayoutCache(Path.Combine(_directory, "cache"), "other").ReadManifestAsync(CancellationToken.None));
        await Assert.ThrowsAsync<CacheSourceException>(() => new LayoutCache(Path.Combine(_directory, "cache"), "latest", Key("x")).ReadManifestAsync(CancellationToken.None));
        await Assert.ThrowsAsync<CacheSourceException>(() => layout.OpenBlobAsync(Layer("unknown").Blob, CancellationToken.None));
    }

    [Fact]
    public async Task Tags_live_side_by_side_and_a_reset_removes_what_none_of_them_needs()
    {
        string directory = Path.Combine(_directory, "cache");
        byte[] content = Encoding.UTF8.GetBytes("content");
        var blob = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Sha256(content), Size = content.Length };
        LayoutCache layout = Layout;
        await layout.PutBlobAsync(blob, _ => new MemoryStream(content), CancellationToken.None);
        Assert.True(await layout.HasBlobAsync(blob, CancellationToken.None));
        var builder = new SharedCacheBuilder();
        builder.Add(Key("x"), new SharedResult(Key("x"), [Layer("1")], null));
        await PutAsync(builder, new CacheManifestForm());
        await PutAsync(builder, new CacheManifestForm(IsImage: false), new LayoutCache(directory, "index"));
        Assert.NotNull((await SharedCacheReader.ReadAsync(new LayoutCache(directory, "index"), Platform.Current, CancellationToken.None)).Find(Key("x")));

        await layout.RemoveUnusedAsync(CancellationToken.None);

        Assert.False(await layout.HasBlobAsync(blob, CancellationToken.None));
        Assert.NotNull((await SharedCacheReader.ReadAsync(layout, Platform.Current, CancellationToken.None)).Find(Key("x")));
        Assert.NotNull((await SharedCacheReader.ReadAsync(new LayoutCache(directory, "index"), Platform.Current, CancellationToken.None)).Find(Key("x")));
    }

    private static Digest Key(string name) => Digest.Sha256(Encoding.UTF8.GetBytes("key " + name));

    private static SharedLayer Layer(string name) => new(
        new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = Digest.Sha256(Encoding.UTF8.GetBytes("blob " + name)), Size = 5 },
        Digest.Sha256(Encoding.UTF8.GetBytes("diff " + name)),
        Then);

    private static Task PutSmallAsync(LayoutCache layout, byte[] content, Descriptor descriptor) =>
        layout.PutBlobAsync(descriptor, _ => new MemoryStream(content), CancellationToken.None);

    private async Task PutAsync(SharedCacheBuilder builder, CacheManifestForm form, LayoutCache? layout = null)
    {
        layout ??= Layout;
        byte[] content = builder.WriteConfig();
        var config = new Descriptor { MediaType = CacheMediaTypes.CacheConfig, Digest = Digest.Sha256(content), Size = content.Length };
        await PutSmallAsync(layout, content, config);
        (byte[] manifest, string mediaType) = form.Write(config, builder.Blobs);
        await layout.PutManifestAsync(manifest, mediaType, CancellationToken.None);
    }

    private async Task PutImageAsync(SharedLayer[] layers, JsonElement? inline)
    {
        byte[] config = OciJson.WriteConfig(new ImageConfig
        {
            Architecture = Platform.Current.Architecture,
            Os = Platform.Current.Os,
            RootFs = new RootFs { DiffIds = [.. layers.Select(l => l.DiffId)] },
            Unknown = inline is { } field ? new Dictionary<string, JsonElement> { [CacheMediaTypes.InlineField] = field } : null,
        });
        var descriptor = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Sha256(config), Size = config.Length };
        await PutSmallAsync(Layout, config, descriptor);
        (byte[] manifest, Descriptor written) = ManifestWriter.Write(descriptor, [.. layers.Select(l => l.Blob)], oci: true, ImmutableSortedDictionary<string, string>.Empty);
        await Layout.PutManifestAsync(manifest, written.MediaType, CancellationToken.None);
    }
}
