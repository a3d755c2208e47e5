using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Explaining;
using Builder.Executor.Tests.Trees;
using Builder.Graph.Operations;
using Builder.Linux.Files;

namespace Builder.Executor.Tests.Copying;

/// <summary>Which files of an earlier result are kept: those that would come out equal, and no other.</summary>
public sealed class EarlierCopyTests : IDisposable
{
    private readonly TestTree _source = new();
    private readonly TestTree _earlier = new();
    private readonly TestTree _root = new();

    public void Dispose()
    {
        _source.Dispose();
        _earlier.Dispose();
        _root.Dispose();
    }

    [RootFact]
    public void An_equal_file_is_another_name_of_the_earlier_one_and_any_other_is_copied()
    {
        _source.With("same=1", "content=1", "mode=1", "time=1", "gone=1", "was-link->same", "sub/deep/f=1", "note=1", "twin=1");
        using (DirectoryHandle directory = _source.Open()) directory.SetAttribute("note"u8, "user.note", "n"u8);
        EarlierCopy earlier = CopyFirst(new CopyOperation { Sources = ["."], Destination = "/x" });
        FileTime before = _source.Stat("content").Modified;

        _source.With("content=2", "new=1", "mode=1 600");
        using (DirectoryHandle directory = _source.Open())
        {
            directory.SetTimes("content"u8, before);
            directory.SetTimes("time"u8, new FileTime(1_000_000_000, 0));
            directory.MakeHardLink(directory, "twin"u8, "second"u8);
        }

        File.Delete(_source.At("gone"));
        File.Delete(_source.At("was-link"));
        _source.With("was-link=1");
        Copy(new CopyOperation { Sources = ["."], Destination = "/x" }, earlier);

        string[] kept = [.. Directory.GetFiles(_root.At("x"), "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(_root.At("x"), f)).Where(f => Exists(_earlier, "x/" + f) && _earlier.Stat("x/" + f).Inode == _root.Stat("x/" + f).Inode)];
        Assert.Equal(["same", "sub/deep/f"], kept.Order(StringComparer.Ordinal));
        Assert.Equal(_source.List().Select(l => "x/" + l).Prepend("x/ 755 0:0"), _root.List());
        Assert.Equal(_source.Stat("sub/deep").Modified, _root.Stat("x/sub/deep").Modified);
        Assert.Equal(_root.Stat("x/twin").Inode, _root.Stat("x/second").Inode);
        earlier.Dispose();
    }

    [RootFact]
    public void Nothing_is_kept_for_another_owner_or_mode()
    {
        _source.With("d/a=1", "d/b=1 644");
        using EarlierCopy earlier = CopyFirst(new CopyOperation { Sources = ["d"], Destination = "/x" });
        using SourceTree context = _source.AsContext();
        TreeEntry entry = CopyRunner.Match(new CopyOperation { Sources = ["d"], Destination = "/x" }, context, [])[0][0].Entries.Single(e => e.Path.ToString() == "d/b");
        Assert.True(Has(new CopyPolicy(null, null, KeepOwner: false)));
        Assert.False(Has(new CopyPolicy(new FileOwner(1, 0), null, KeepOwner: false)));
        Assert.False(Has(new CopyPolicy(new FileOwner(0, 1), null, KeepOwner: false)));
        Assert.False(Has(new CopyPolicy(null, ModeChange.Parse("600"), KeepOwner: false)));

        bool Has(CopyPolicy policy)
        {
            using var cursor = new DirectoryCursor(earlier.Tree);
            return earlier.Has(entry, context.HashFile(entry, CancellationToken.None), cursor, TreePath.Parse("x/b"), policy);
        }
    }

    [RootFact]
    public void A_result_that_came_from_several_directories_is_not_used()
    {
        _source.With("one/f=1", "two/f=2");
        var both = new CopyOperation { Sources = ["*"], Destination = "/x" };
        using SourceTree context = _source.AsContext();
        IReadOnlyList<IReadOnlyList<SourceMatch>> matches = CopyRunner.Match(both, context, []);
        Assert.Null(new CopyRunner(both).SingleDirectory([new CopySource(context, matches[0], Unpack: false)]));
        using MemoryStream manifest = ManifestOf(both, context);
        Assert.Null(EarlierCopy.Open(manifest, matches[0][1], _earlier.Path));
    }

    private static bool Exists(TestTree tree, string path) => File.Exists(tree.At(path));

    private static MemoryStream ManifestOf(CopyOperation operation, SourceTree context)
    {
        var manifest = new MemoryStream();
        ContentManifest.Write(manifest, context, CopyRunner.Match(operation, context, []), ContentDigest.ViewOf(operation), CancellationToken.None);
        manifest.Position = 0;
        return manifest;
    }

    private EarlierCopy CopyFirst(CopyOperation operation)
    {
        using SourceTree context = _source.AsContext();
        IReadOnlyList<IReadOnlyList<SourceMatch>> matches = CopyRunner.Match(operation, context, []);
        using DirectoryHandle root = _earlier.Open();
        new CopyRunner(operation).Run(context, matches, root, CancellationToken.None);
        using MemoryStream manifest = ManifestOf(operation, context);
        return EarlierCopy.Open(manifest, matches[0][0], _earlier.Path)!;
    }

    private void Copy(CopyOperation operation, EarlierCopy earlier)
    {
        using SourceTree context = _source.AsContext();
        var source = new CopySource(context, CopyRunner.Match(operation, context, [])[0], Unpack: false);
        var runner = new CopyRunner(operation);
        Assert.NotNull(runner.SingleDirectory([source]));
        using (DirectoryHandle root = _root.Open()) runner.Run([source], root, CancellationToken.None, earlier);
        earlier.Finish(_root.Path, CancellationToken.None);
    }
}
