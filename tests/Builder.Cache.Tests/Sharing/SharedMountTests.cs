using System.Text;
using Builder.Cache.Layers;
using Builder.Cache.Sharing;
using Builder.Cache.Tests.Layers;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cache.Tests.Sharing;

public sealed class SharedMountTests : IDisposable
{
    private readonly TestStore _test = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("builder-mounts-").FullName;

    private LayoutCache Layout => new(Path.Combine(_directory, "cache"), "latest");

    public void Dispose()
    {
        _test.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [RootFact]
    public void A_directory_comes_out_of_its_archive_as_it_went_in()
    {
        string from = Directory.CreateDirectory(Path.Combine(_directory, "from")).FullName;
        string to = Directory.CreateDirectory(Path.Combine(_directory, "to")).FullName;
        Directory.CreateDirectory(Path.Combine(from, "sub"));
        File.WriteAllText(Path.Combine(from, "sub", "file"), "text");
        File.CreateSymbolicLink(Path.Combine(from, "link"), "sub/file");

        LayerBlob archive = _test.Store.Archives.Write(from, CancellationToken.None);
        _test.Store.Archives.Extract(archive.BlobDigest, to, CancellationToken.None);

        Assert.Equal("text", File.ReadAllText(Path.Combine(to, "link")));
        Assert.Equal(archive, _test.Store.Archives.Write(to, CancellationToken.None));
    }

    [RootFact]
    public void A_damaged_archive_and_a_directory_that_is_not_there_are_errors()
    {
        Assert.Throws<StoreException>(() => _test.Store.Archives.Write(Path.Combine(_directory, "nowhere"), CancellationToken.None));
        byte[] nonsense = Encoding.ASCII.GetBytes(new string('x', 2000));
        Digest digest = _test.Store.Blobs.Put(nonsense);
        Assert.Throws<StoreException>(() => _test.Store.Archives.Extract(digest, _directory, CancellationToken.None));
    }

    [Fact]
    public async Task Mounts_are_found_again_by_their_ids()
    {
        Descriptor one = await PutAsync("one"), two = await PutAsync("two");
        await SharedMountList.WriteAsync(Layout, [KeyValuePair.Create("/root/.cache", one), KeyValuePair.Create("same", one), KeyValuePair.Create("two", two)], CancellationToken.None);

        IReadOnlyDictionary<string, Descriptor> mounts = await SharedMountList.ReadAsync(Layout, CancellationToken.None);

        Assert.Equal([("/root/.cache", one.Digest), ("same", one.Digest), ("two", two.Digest)], mounts.Select(m => (m.Key, m.Value.Digest)).Order());
    }

    [Fact]
    public async Task A_cache_of_steps_is_not_taken_for_one_of_mounts()
    {
        byte[] content = new SharedCacheBuilder().WriteConfig();
        var config = new Descriptor { MediaType = CacheMediaTypes.CacheConfig, Digest = Digest.Sha256(content), Size = content.Length };
        await Layout.PutBlobAsync(config, _ => new MemoryStream(content), CancellationToken.None);
        (byte[] manifest, string type) = new CacheManifestForm().Write(config, []);
        await Layout.PutManifestAsync(manifest, type, CancellationToken.None);
        await Assert.ThrowsAsync<CacheSourceException>(() => SharedMountList.ReadAsync(Layout, CancellationToken.None));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"mounts":[null,{"id":"x"},{"id":"x","blob":"nonsense"},{"blob":"x"}]}""")]
    public async Task What_makes_no_sense_in_a_list_is_left_out(string json)
    {
        await PutListAsync(json);
        Assert.Empty(await SharedMountList.ReadAsync(Layout, CancellationToken.None));
    }

    [Fact]
    public async Task A_malformed_list_is_an_error_of_the_cache()
    {
        await PutListAsync("[");
        await Assert.ThrowsAsync<CacheSourceException>(() => SharedMountList.ReadAsync(Layout, CancellationToken.None));
    }

    private async Task PutListAsync(string json)
    {
        byte[] content = Encoding.UTF8.GetBytes(json);
        var config = new Descriptor { MediaType = CacheMediaTypes.MountCache, Digest = Digest.Sha256(content), Size = content.Length };
        await Layout.PutBlobAsync(config, _ => new MemoryStream(content), CancellationToken.None);
        (byte[] manifest, string type) = new CacheManifestForm().Write(config, []);
        await Layout.PutManifestAsync(manifest, type, CancellationToken.None);
    }

    private async Task<Descriptor> PutAsync(string text)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        var blob = new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = Digest.Sha256(content), Size = content.Length };
        await Layout.PutBlobAsync(blob, _ => new MemoryStream(content), CancellationToken.None);
        return blob;
    }
}
