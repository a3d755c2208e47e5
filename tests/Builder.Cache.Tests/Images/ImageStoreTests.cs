using System.Collections.Immutable;
using System.Text;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Tests.Images;

[Collection(UndisturbedTests.Name)]
public sealed class ImageStoreTests : IDisposable
{
    private readonly TestStore _test = new();

    private BuilderStore Store => _test.Store;

    private ImageStore Images => _test.Store.Images;

    public void Dispose() => _test.Dispose();

    [Fact]
    public void An_image_is_found_by_its_id()
    {
        StoredImage image = Put("a", "layer 1", "layer 2");
        Assert.Equal(image.Layers.Sum(l => l.Size), image.Size);
        StoredImage found = Images.Find(image.Id)!;
        Assert.Equal((image.Id, image.Layers, image.StoredAt, "a"), (found.Id, found.Layers, found.StoredAt, found.Config.Author));
    }

    [Fact]
    public void Storing_an_image_again_changes_nothing()
    {
        StoredImage first = Put("a", "layer");
        _test.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(first.StoredAt, Put("a", "layer").StoredAt);
    }

    [Fact]
    public void A_name_can_stand_for_images_of_several_platforms()
    {
        (StoredImage one, StoredImage two) = (Put("a", "layer 1"), Put("b", "layer 2"));
        ImageReference name = ImageReference.Parse("both");
        Images.Tag(name, [one.Id, two.Id]);
        Assert.Equal(one.Id, Images.Find(name)?.Id);
        Assert.Equal([one.Id, two.Id], Images.FindAll(name).Select(image => image.Id));
        Assert.Equal((name, name), (Assert.Single(Images.NamesOf(one.Id)), Assert.Single(Images.NamesOf(two.Id))));
        Images.Tag(name, two.Id);
        Assert.Equal(two.Id, Assert.Single(Images.FindAll(name)).Id);
        Assert.Empty(Images.NamesOf(one.Id));
    }

    [Fact]
    public void Layers_must_be_those_of_the_config()
    {
        EquatableArray<LayerBlob> layers = [Layer("x")];
        byte[] config = OciJson.WriteConfig(new ImageConfig { Architecture = "amd64", Os = "linux" });
        Assert.Throws<StoreException>(() => Images.Put(config, layers));
    }

    [Fact]
    public void Every_layer_must_be_in_the_store()
    {
        LayerBlob missing = new(Digest.Sha256("1"u8), Digest.Sha256("1"u8), 1, MediaTypes.OciLayer);
        StoreException error = Assert.Throws<StoreException>(() => Images.Put(Config("a", [missing]), [missing]));
        Assert.Contains(missing.BlobDigest.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_config_that_is_none_is_refused() => Assert.Throws<StoreException>(() => Images.Put("nonsense"u8, []));

    [Fact]
    public void A_name_leads_to_its_image_and_moves_to_another()
    {
        StoredImage a = Put("a", "1");
        StoredImage b = Put("b", "1");
        ImageReference name = ImageReference.Parse("app");
        Images.Tag(name, a.Id);
        Assert.Equal(a.Id, Images.Find(name)!.Id);
        Images.Tag(name, b.Id);
        Assert.Equal(b.Id, Images.Find(name)!.Id);
        Assert.Empty(Images.NamesOf(a.Id));
        Assert.Equal([name], Images.NamesOf(b.Id));
    }

    [Fact]
    public void Names_that_differ_in_one_character_are_different_names()
    {
        StoredImage a = Put("a", "1");
        Images.Tag(ImageReference.Parse("localhost:5000/x/y:1"), a.Id);
        foreach (string other in (string[])["localhost:5000/x/y:2", "localhost/x/y:1", "localhost:5000/x_y:1", "x/y:1", "localhost:5000/x/y"])
            Assert.Null(Images.Resolve(other));
        Assert.Equal(a.Id, Images.Resolve("localhost:5000/x/y:1")!.Id);
    }

    [Fact]
    public void The_longest_possible_name_can_be_stored()
    {
        StoredImage a = Put("a", "1");
        string name = $"localhost:5000/{string.Join('/', Enumerable.Repeat("abcdefghi", 24))}:{new string('t', 128)}@sha256:{new string('0', 64)}";
        Images.Tag(ImageReference.Parse(name), a.Id);
        Assert.Equal(a.Id, Images.Resolve(name)!.Id);
    }

    [Fact]
    public void A_name_needs_an_image() =>
        Assert.Throws<StoreException>(() => Images.Tag(ImageReference.Parse("app"), Digest.Sha256("x"u8)));

    [Fact]
    public void Untagging_says_whether_there_was_such_a_name()
    {
        StoredImage a = Put("a", "1");
        ImageReference name = ImageReference.Parse("app:1");
        Images.Tag(name, a.Id);
        Assert.True(Images.Untag(name));
        Assert.False(Images.Untag(name));
        Assert.Null(Images.Find(name));
        Assert.NotNull(Images.Find(a.Id));
    }

    [Fact]
    public void Names_come_before_ids()
    {
        StoredImage a = Put("a", "1");
        StoredImage b = Put("b", "1");
        string prefix = b.Id.Hex[..12];
        Assert.Equal(b.Id, Images.Resolve(prefix)!.Id);
        Images.Tag(ImageReference.Parse(prefix), a.Id);
        Assert.Equal(a.Id, Images.Resolve(prefix)!.Id);
        Assert.Equal(b.Id, Images.Resolve("sha256:" + prefix)!.Id);
    }

    [Fact]
    public void An_image_is_resolved_by_default_tag_full_id_and_prefix()
    {
        StoredImage a = Put("a", "1");
        Images.Tag(ImageReference.Parse("docker.io/library/app:latest"), a.Id);
        foreach (string text in (string[])["app", "app:latest", "docker.io/library/app", a.Id.ToString(), a.Id.Hex, a.Id.Hex[..1], "sha256:" + a.Id.Hex[..3]])
            Assert.Equal(a.Id, Images.Resolve(text)!.Id);
        foreach (string text in (string[])["app:2", "", "sha256:", "NOT A NAME", "sha512:" + new string('0', 128), "zzz", Digest.Sha256("x"u8).Hex])
            Assert.Null(Images.Resolve(text));
    }

    [Fact]
    public void An_ambiguous_prefix_is_refused()
    {
        // Seventeen images and sixteen digits: two ids begin alike.
        List<StoredImage> images = [.. Enumerable.Range(0, 17).Select(i => Put("image " + i, "1"))];
        string shared = images.GroupBy(i => i.Id.Hex[..1]).First(g => g.Count() > 1).Key;
        StoreException error = Assert.Throws<StoreException>(() => Images.Resolve(shared));
        Assert.Contains("more than one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_are_listed_newest_first_with_their_names()
    {
        StoredImage older = Put("a", "1");
        _test.Time.Advance(TimeSpan.FromMinutes(1));
        StoredImage newer = Put("b", "1");
        Images.Tag(ImageReference.Parse("z"), older.Id);
        Images.Tag(ImageReference.Parse("y"), older.Id);
        var list = Images.List();
        Assert.Equal([newer.Id, older.Id], list.Select(i => i.Image.Id));
        Assert.Empty(list[0].Names);
        Assert.Equal(["y:latest", "z:latest"], list[1].Names.Select(n => n.FamiliarName));
    }

    [Fact]
    public void A_damaged_image_or_name_is_absent()
    {
        StoredImage a = Put("a", "1");
        Images.Tag(ImageReference.Parse("app"), a.Id);
        string name = Directory.GetFiles(_test.PathOf("names")).Single();
        File.WriteAllText(name, "{");
        Assert.Null(Images.Resolve("app"));
        foreach (string content in (string[])["", "{}", """{"layers":[{}],"storedAt":"2026-01-01T00:00:00Z"}""", """{"layers":[null],"storedAt":"2026-01-01T00:00:00Z"}"""])
        {
            File.WriteAllText(_test.PathOf("images", a.Id.Hex), content);
            Assert.Null(Images.Find(a.Id));
            Assert.Empty(Images.List());
            Assert.Empty(Images.References());
        }
    }

    [Fact]
    public void A_damaged_config_blob_makes_an_image_absent()
    {
        StoredImage a = Put("a", "1");
        File.WriteAllText(Store.Blobs.PathOf(a.Id), "{");
        Assert.Null(Images.Find(a.Id));
    }

    [Fact]
    public void Deleting_keeps_the_blobs_other_images_use()
    {
        StoredImage a = Put("a", "shared", "only a");
        StoredImage b = Put("b", "shared", "only b");
        Images.Delete(a.Id);
        Assert.Null(Images.Find(a.Id));
        Assert.False(Store.Blobs.Contains(a.Id));
        Assert.Equal(b.Layers.Select(l => l.BlobDigest).Append(b.Id).Order(), Store.Blobs.List().Order());
    }

    [Fact]
    public void An_image_with_a_name_is_not_deleted()
    {
        StoredImage a = Put("a", "1");
        Images.Tag(ImageReference.Parse("app"), a.Id);
        Assert.Contains("app:latest", Assert.Throws<StoreException>(() => Images.Delete(a.Id)).Message, StringComparison.Ordinal);
        Assert.NotNull(Images.Find(a.Id));
    }

    [Fact]
    public void An_unknown_image_can_be_neither_deleted_nor_found()
    {
        Assert.Throws<StoreException>(() => Images.Delete(Digest.Sha256("x"u8)));
        Assert.Null(Images.Find(Digest.Sha256("x"u8)));
    }

    [Fact]
    public void Deleting_an_image_leaves_what_another_process_found_of_it()
    {
        StoredImage a = Put("a", "1", "2");
        using (BuilderStore build = _test.OpenAnother())
        {
            StoredImage inUse = build.Images.Find(a.Id)!;
            Images.Delete(a.Id);
            Assert.Null(Images.Find(a.Id));
            foreach (LayerBlob layer in inUse.Layers) Assert.True(build.Blobs.Contains(layer.BlobDigest));
            Assert.False(Images.TryEvictBlob(a.Id));
        }

        using BuilderStore later = _test.OpenAnother();
        Store.Dispose();
        foreach (Digest left in later.Blobs.List().ToList()) Assert.True(later.Images.TryEvictBlob(left));
        Assert.Empty(later.Blobs.List());
    }

    [Fact]
    public void An_image_somebody_uses_is_not_evicted()
    {
        StoredImage a = Put("a", "1");
        Images.Tag(ImageReference.Parse("app"), a.Id);
        Store.Dispose();
        using BuilderStore evictor = _test.OpenAnother();
        using (BuilderStore user = _test.OpenAnother())
        {
            Assert.NotNull(user.Images.Resolve("app"));
            Assert.False(evictor.Images.TryEvict(a.Id));
        }

        Assert.False(evictor.Images.TryEvictBlob(a.Id));
        Assert.True(evictor.Images.TryEvict(a.Id));
        Assert.Null(evictor.Images.Resolve("app"));
        Assert.True(evictor.Images.TryEvictBlob(a.Id));
    }

    private static byte[] Config(string author, EquatableArray<LayerBlob> layers) => OciJson.WriteConfig(new ImageConfig
    {
        Author = author,
        Architecture = "amd64",
        Os = "linux",
        RootFs = new RootFs { DiffIds = new(layers.Select(l => l.DiffId).ToImmutableArray()) },
    });

    private LayerBlob Layer(string content)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        Digest digest = Store.Blobs.Put(bytes);
        return new LayerBlob(digest, digest, bytes.Length, MediaTypes.OciLayer);
    }

    private StoredImage Put(string author, params string[] layers)
    {
        EquatableArray<LayerBlob> blobs = [.. layers.Select(Layer)];
        return Images.Put(Config(author, blobs), blobs);
    }
}
