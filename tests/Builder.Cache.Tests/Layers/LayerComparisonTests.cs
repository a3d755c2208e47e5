using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Tar;

namespace Builder.Cache.Tests.Layers;

public sealed class LayerComparisonTests : IDisposable
{
    private static readonly DateTimeOffset Latest = DateTimeOffset.FromUnixTimeSeconds(1500);
    private readonly TestStore _test = new();

    public void Dispose() => _test.Dispose();

    public static TheoryData<string, string, string> Differences => new()
    {
        { "content", "b", "content, from byte 2 on" },
        { "size", "b", "size: 4 and 5 bytes" },
        { "mode", "b", "mode: 644 and 755" },
        { "owner", "b", "owner: 0:0 and 7:7" },
        { "type", "b", "type: File and SymbolicLink" },
        { "attribute", "b", "extended attributes: none and user.x" },
        { "missing", "b", "only the first build has it" },
        { "added", "aa", "only the second build has it" },
        { "end", "c", "only the first build has it" },
        { "old time", "c", "modification time: 1970-01-01 00:16:40Z and 1970-01-01 00:16:41Z" },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void The_first_difference_is_named(string what, string path, string attribute)
    {
        LayerBlob first = Layer("").Put(_test.Store, compressed: true);
        LayerBlob second = Layer(what).Put(_test.Store);
        Assert.Equal(new LayerDifference(path, attribute), _test.Store.Comparison.Compare(first, second, Latest, CancellationToken.None));
    }

    [Fact]
    public void Equal_layers_and_layers_that_differ_in_times_of_the_clock_have_no_difference()
    {
        LayerBlob first = Layer("").Put(_test.Store);
        Assert.Null(_test.Store.Comparison.Compare(first, first, Latest, CancellationToken.None));
        LayerBlob later = Layer("new time").Put(_test.Store);
        Assert.NotEqual(first.DiffId, later.DiffId);
        Assert.Null(_test.Store.Comparison.Compare(first, later, Latest, CancellationToken.None));
        Assert.NotNull(_test.Store.Comparison.Compare(first, later, DateTimeOffset.FromUnixTimeSeconds(4000), CancellationToken.None));
    }

    [Fact]
    public async Task Layers_whose_times_are_capped_are_equal_and_remembered()
    {
        LayerBlob first = await _test.Store.Dater.DateAsync(Layer("").Put(_test.Store, compressed: true), Latest, CancellationToken.None);
        LayerBlob later = Layer("new time").Put(_test.Store);
        Assert.Equal(first, await _test.Store.Dater.DateAsync(later, Latest, CancellationToken.None));
        Assert.Equal(first, await _test.Store.Dater.DateAsync(later, Latest, CancellationToken.None));
        Assert.Equal(first, await _test.Store.Dater.DateAsync(first, Latest, CancellationToken.None));
        await using Stream blob = _test.Store.Blobs.OpenRead(first.BlobDigest);
        using TarReader reader = new(blob);
        var times = new List<long>();
        while (reader.ReadEntry() is { } entry) times.Add(entry.ModifiedSeconds);
        Assert.Equal([1500, 1500, 1000], times);
    }

    [Fact]
    public async Task A_layer_that_is_damaged_or_lies_is_not_rewritten()
    {
        LayerBlob layer = Layer("").Put(_test.Store);
        await Assert.ThrowsAsync<StoreException>(() => _test.Store.Dater.DateAsync(layer with { DiffId = Digest.Sha256("x"u8) }, Latest, CancellationToken.None));
        byte[] nonsense = new byte[3000];
        nonsense.AsSpan().Fill((byte)'x');
        Digest digest = _test.Store.Blobs.Put(nonsense);
        LayerBlob damaged = new(digest, digest, nonsense.Length, MediaTypes.OciLayer);
        await Assert.ThrowsAsync<StoreException>(() => _test.Store.Dater.DateAsync(damaged, Latest, CancellationToken.None));
        Assert.Throws<StoreException>(() => _test.Store.Comparison.Compare(layer, damaged, Latest, CancellationToken.None));
    }

    private static LayerTar Layer(string what)
    {
        LayerTar tar = new LayerTar().File("a", "same");
        if (what == "added") tar.File("aa");
        switch (what)
        {
            case "missing":
                break;
            case "type":
                tar.Symlink("b", "a");
                break;
            case "new time":
                tar.Add(new TarEntry { Type = TarEntryType.File, Name = LayerTar.Bytes("b"), Mode = 0b110_100_100, Size = 4, ModifiedSeconds = 3000 }, LayerTar.Bytes("text"));
                break;
            default:
                tar.File(
                    "b", what switch { "content" => "teXt", "size" => "texts", _ => "text" }, what == "mode" ? 0b111_101_101 : 0b110_100_100, what == "owner" ? 7 : 0,
                    what == "attribute" ? [LayerTar.Attribute("user.x", "y")] : []);
                break;
        }

        return what == "end" ? tar : tar.Directory("c", time: what == "old time" ? 1001 : 1000);
    }
}
