using Builder.Cache.Layers;
using Builder.Cache.Snapshots;

namespace Builder.Cache.Tests.Layers;

/// <summary>One layer in place of several has the same effect on the layers below, and says nothing that they say already.</summary>
public sealed class LayerSquasherTests
{
    private static readonly Func<LayerTar>[] Layers =
    [
        () => new LayerTar().Directory("base").File("base/same", "1").File("base/changed", "1").File("base/removed", "1").Directory("gone").File("gone/x").Directory("opaque").File("opaque/old")
            .File("turns", "file").Directory("flat").File("flat/in"),
        () => new LayerTar().File("base/changed", "2").File("base/.wh.removed").File("new", "first").Directory("later").File("later/tmp").Directory("turns").File("turns/in", "x"),
        () => new LayerTar().File(".wh.gone").File("new", "second").File("later/.wh.tmp").File("later/kept").Directory("opaque").File("opaque/.wh..wh..opq").File("opaque/fresh"),
        () => new LayerTar().File("flat", "now a file").File("cap", "program").HardLink("cap2", "cap"),
    ];

    [RootTheory]
    [InlineData(SnapshotKind.Overlay)]
    [InlineData(SnapshotKind.Copy)]
    internal async Task It_gives_the_same_tree_on_the_base_and_only_what_differs_from_it(SnapshotKind kind)
    {
        using var test = new TestStore(kind);
        LayerBlob[] layers = [.. Layers.Select(l => l().Put(test.Store))];
        Snapshot? top = await test.Store.Layers.UnpackAsync([.. layers], CancellationToken.None);

        LayerBlob squashed = await test.Store.Squasher.SquashAsync(layers, kept: 1, top, CancellationToken.None);
        Snapshot? again = await test.Store.Layers.UnpackAsync([layers[0], squashed], CancellationToken.None);
        Assert.Equal(Trees.Describe(test.Store, top!), Trees.Describe(test.Store, again!));

        string[] entries = Trees.Entries(test.Store, squashed);
        Assert.Contains(entries, e => e.EndsWith(" base/.wh.removed", StringComparison.Ordinal));
        Assert.Contains(entries, e => e.EndsWith(" .wh.gone", StringComparison.Ordinal));
        Assert.Contains(entries, e => e.EndsWith(" opaque/.wh.old", StringComparison.Ordinal));
        Assert.Contains(entries, e => e.Contains(" cap2 -> cap", StringComparison.Ordinal));
        Assert.DoesNotContain(entries, e => e.Contains("same", StringComparison.Ordinal) || e.Contains("tmp", StringComparison.Ordinal) || e.Contains("first", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task Without_a_base_it_is_the_whole_tree_and_hides_nothing()
    {
        using var test = new TestStore(SnapshotKind.Overlay);
        LayerBlob[] layers = [.. Layers.Select(l => l().Put(test.Store))];
        LayerBlob squashed = await test.Store.Squasher.SquashAsync(layers, kept: 0, top: null, CancellationToken.None);
        Snapshot? top = await test.Store.Layers.UnpackAsync([.. layers], CancellationToken.None);
        Snapshot? again = await test.Store.Layers.UnpackAsync([squashed], CancellationToken.None);
        Assert.Equal(Trees.Describe(test.Store, top!), Trees.Describe(test.Store, again!));
        Assert.DoesNotContain(Trees.Entries(test.Store, squashed), e => e.Contains(".wh.", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task It_is_made_once()
    {
        using var test = new TestStore(SnapshotKind.Overlay);
        LayerBlob[] layers = [.. Layers.Select(l => l().Put(test.Store))];
        LayerBlob first = await test.Store.Squasher.SquashAsync(layers, kept: 1, top: null, CancellationToken.None);
        foreach (string id in test.Store.Snapshots.List()) Directory.Delete(test.PathOf("snapshots", id), recursive: true);
        Assert.Equal(first, await test.Store.Squasher.SquashAsync(layers, kept: 1, top: null, CancellationToken.None));
        Assert.Empty(test.Store.Snapshots.List());
    }
}
