using System.Globalization;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Linux.Files;
using FsCheck;
using FsCheck.Fluent;

namespace Builder.Cache.Tests.Layers;

/// <summary>Whatever a series of steps does to a tree, its layers make the same tree elsewhere, in a store of either kind.</summary>
public sealed class RoundTripTests
{
    private const int Steps = 4;

    private static readonly string[] Places = ["a", "b", "a/a", "a/b", "b/a", "a/a/a", "a/a/b"];

    [RootTheory]
    [InlineData(SnapshotKind.Overlay)]
    [InlineData(SnapshotKind.Copy)]
    public void Random_changes_survive_the_way_through_layers(SnapshotKind kind)
    {
        Gen<string> command = Gen.Elements(Places).SelectMany(place => Gen.Elements(Places).SelectMany(other => Gen.Choose(0, 8).Select(kind => Command(kind, place, other))));
        Gen<string[]> script = Gen.ArrayOf(command, 8);
        Property property = Prop.ForAll(Arb.From(Gen.ArrayOf(script, Steps)), scripts => CheckAsync(kind, scripts).GetAwaiter().GetResult());
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(12));
    }

    // Every command may fail (the place is missing, or of another type): then it changes nothing.
    private static string Command(int kind, string place, string other) => string.Create(CultureInfo.InvariantCulture, $"{kind switch
    {
        0 => $"printf {place.Length} > {place}",
        1 or 2 => $"mkdir -p {place}",
        3 => $"rm -rf {place}",
        4 => $"mv -T {place} {other}",
        5 => $"ln {place} {other}",
        6 => $"ln -sfn {other} {place}",
        7 => $"rm -rf {place}; mkdir {place}; touch {place}/new",
        _ => $"chmod 71{place.Length % 8} {place}",
    }} 2>/dev/null || true");

    private static async Task<bool> CheckAsync(SnapshotKind source, string[][] scripts)
    {
        using TestStore first = new(source);
        Snapshot? snapshot = null;
        List<LayerBlob> layers = [];
        foreach (string[] script in scripts)
        {
            snapshot = Step(first.Store, snapshot, string.Join('\n', script));
            layers.Add(await first.Store.Layers.EnsureBlobAsync(snapshot, CancellationToken.None));
        }

        foreach (SnapshotKind kind in Enum.GetValues<SnapshotKind>())
        {
            using TestStore other = new(kind);
            foreach (LayerBlob layer in layers)
            {
                await using Stream content = first.Store.Blobs.OpenRead(layer.BlobDigest);
                await other.Store.Blobs.ImportAsync(content, layer.BlobDigest, layer.Size, CancellationToken.None);
            }

            Snapshot? unpacked = await other.Store.Layers.UnpackAsync([.. layers], CancellationToken.None);
            Assert.Equal(Trees.Describe(first.Store, snapshot!), Trees.Describe(other.Store, unpacked!));
            Assert.Equal(Links(first.Store, snapshot!), Links(other.Store, unpacked!));
        }

        return true;
    }

    private static Snapshot Step(BuilderStore store, Snapshot? parent, string script)
    {
        using SnapshotDraft draft = store.Snapshots.CreateDraft(parent);
        string commands = $"umask 022; cd {draft.TreeDirectory}\n{script}";
        if (parent is not null && store.Snapshots.Kind == SnapshotKind.Overlay)
        {
            string lower = string.Join(':', store.Snapshots.LayerDirectories(parent).Select(d => Path.Combine(store.Snapshots.Directory, d)));
            string mount = $"mount -t overlay -o userxattr,lowerdir={lower},upperdir={draft.TreeDirectory},workdir={draft.WorkDirectory} x {draft.MountPoint}";
            commands = $"{mount} || exit 99; umask 022; cd {draft.MountPoint}\n{script}";
        }

        using var process = TestStore.StartProgram("unshare", ["-m", "sh", "-c", commands]);
        process.WaitForExit();
        Assert.NotEqual(99, process.ExitCode);
        return draft.Commit();
    }

    // The names of each file that has several.
    private static string[] Links(BuilderStore store, Snapshot snapshot)
    {
        using MergedTree tree = MergedTree.Open(store.Snapshots, snapshot);
        return
        [
            .. tree.Walk([]).Where(f => !f.Status.IsDirectory).Select(f => (f.Status.Inode, Path: UnixPath.Decode(f.Path)))
                .GroupBy(f => f.Inode, f => f.Path).Select(g => string.Join(' ', g)).Order(StringComparer.Ordinal),
        ];
    }
}
