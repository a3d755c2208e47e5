using Builder.Cache.Layers;
using Builder.Cache.Snapshots;

namespace Builder.Cache.Tests.Layers;

public sealed class LayerEntryCountTests
{
    [RootFact]
    public void As_many_entries_as_a_layer_may_have_are_unpacked_and_one_more_is_refused()
    {
        using TestStore test = new(SnapshotKind.Copy);
        string tree = Directory.CreateDirectory(Path.Combine(test.Store.Root, "tree")).FullName;
        byte[] tar = new LayerTar().File("a").File("b").File("c").Write();
        using SnapshotTarget target = new(tree, SnapshotKind.Copy, []);
        LayerExtractor.Extract(new MemoryStream(tar), target, CancellationToken.None, mostEntries: 3);
        Assert.Equal(3, Directory.GetFiles(tree).Length);
        StoreException error = Assert.Throws<StoreException>(() => LayerExtractor.Extract(new MemoryStream(tar), target, CancellationToken.None, mostEntries: 2));
        Assert.Equal("the layer has more than 2 entries", error.Message);
    }
}
