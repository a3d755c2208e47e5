using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Tests.Trees;
using Builder.Graph.Operations;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Executor.Tests.Contexts;

public sealed class ContentDigestTests : IDisposable
{
    private static readonly CopyOperation CopyDirectory = new() { Sources = ["d"], Destination = "/x" };

    private readonly TestTree _tree = new TestTree().With("d/a=1", "d/sub/b=2", "d/link->a", "e/a=1");

    [RootFact]
    public void Times_owners_and_files_beside_do_not_count_for_a_context()
    {
        Digest before = DigestOf(CopyDirectory);
        using (DirectoryHandle d = DirectoryHandle.Open(_tree.At("d")))
        {
            d.SetTimes("a"u8, new FileTime(1, 2));
            d.SetTimes("sub"u8, new FileTime(3, 4));
            d.SetOwner("a"u8, 5, 6);
        }

        _tree.With("e/a=changed", "new=1");

        Assert.Equal(before, DigestOf(CopyDirectory));
    }

    [RootFact]
    public void Content_names_modes_links_and_attributes_count()
    {
        var seen = new HashSet<Digest> { DigestOf(CopyDirectory) };

        _tree.With("d/a=2");
        Assert.True(seen.Add(DigestOf(CopyDirectory)));
        _tree.With("d/a=2 755");
        Assert.True(seen.Add(DigestOf(CopyDirectory)));
        _tree.With("d/sub/ 700");
        Assert.True(seen.Add(DigestOf(CopyDirectory)));
        File.Delete(_tree.At("d/link"));
        _tree.With("d/link->sub");
        Assert.True(seen.Add(DigestOf(CopyDirectory)));
        File.Move(_tree.At("d/a"), _tree.At("d/c"));
        Assert.True(seen.Add(DigestOf(CopyDirectory)));
        using (DirectoryHandle d = DirectoryHandle.Open(_tree.At("d"))) d.SetAttribute("c"u8, "user.x", "y"u8);
        Assert.True(seen.Add(DigestOf(CopyDirectory)));
        _tree.With("d/empty/");
        Assert.True(seen.Add(DigestOf(CopyDirectory)));
    }

    [RootFact]
    public void What_lands_counts_so_a_symbolic_chmod_needs_the_mode_it_changes_and_an_octal_one_does_not()
    {
        CopyOperation octal = CopyDirectory with { Chmod = "644" }, readable = CopyDirectory with { Chmod = "a=r" }, executable = CopyDirectory with { Chmod = "+x" };
        Digest[] before = [DigestOf(octal), DigestOf(readable), DigestOf(executable)];

        _tree.With("d/a=1 600");

        Assert.Equal(before[0], DigestOf(octal));
        Assert.Equal(before[1], DigestOf(readable));
        Assert.NotEqual(before[2], DigestOf(executable));
    }

    [RootFact]
    public void Owners_count_for_a_stage_unless_chown_replaces_them()
    {
        CopyOperation kept = CopyDirectory with { FromImage = true }, replaced = kept with { Chown = "1" };
        (Digest keptBefore, Digest replacedBefore) = (DigestOf(kept, stage: true), DigestOf(replaced, stage: true));

        _tree.With("d/a=1 7:7");

        Assert.NotEqual(keptBefore, DigestOf(kept, stage: true));
        Assert.Equal(replacedBefore, DigestOf(replaced, stage: true));
    }

    [RootFact]
    public void Modes_do_not_count_when_chmod_replaces_them()
    {
        CopyOperation chmod = CopyDirectory with { Chmod = "644" };
        Digest before = DigestOf(chmod);

        _tree.With("d/a=1 600");

        Assert.Equal(before, DigestOf(chmod));
    }

    [RootFact]
    public void Names_of_one_file_are_told_from_equal_files()
    {
        _tree.With("d/sub/copy=1");
        Digest apart = DigestOf(CopyDirectory);
        File.Delete(_tree.At("d/sub/copy"));
        using (DirectoryHandle d = DirectoryHandle.Open(_tree.At("d")), sub = DirectoryHandle.Open(_tree.At("d/sub"))) sub.MakeHardLink(d, "a"u8, "copy"u8);

        Assert.NotEqual(apart, DigestOf(CopyDirectory));
    }

    [RootFact]
    public void A_checkout_under_another_umask_is_the_same_when_modes_are_taken_as_git_keeps_them()
    {
        CopyOperation all = CopyDirectory with { Sources = ["d"] };
        _tree.With("d/run=1 755");
        Digest before = DigestOf(all, modes: ContextModes.Git);
        _tree.With("d/a=1 664", "d/run=1 775", "d/sub/ 775", "d/sub/b=2 600");

        Assert.Equal(before, DigestOf(all, modes: ContextModes.Git));
        _tree.With("d/a=1 700");
        Assert.NotEqual(before, DigestOf(all, modes: ContextModes.Git));
    }

    [RootFact]
    public void The_name_counts_for_a_file_and_not_for_a_directory()
    {
        _tree.With("f=1", "g=1", "d2/a=1", "d2/sub/b=2", "d2/link->a");

        Assert.NotEqual(DigestOf(CopyDirectory with { Sources = ["f"] }), DigestOf(CopyDirectory with { Sources = ["g"] }));
        Assert.Equal(DigestOf(CopyDirectory), DigestOf(CopyDirectory with { Sources = ["d2"] }));
    }

    [RootFact]
    public void What_is_ignored_does_not_count()
    {
        Digest before = DigestOf(CopyDirectory, "**/*.log");

        _tree.With("d/x.log=1", "d/sub/y.log=2");

        Assert.Equal(before, DigestOf(CopyDirectory, "**/*.log"));
    }

    public void Dispose() => _tree.Dispose();

    private Digest DigestOf(CopyOperation copy, string ignore = "", bool stage = false, ContextModes modes = ContextModes.Keep)
    {
        using SourceTree source = stage ? _tree.AsStage() : _tree.AsContext(ignore, modes);
        return ContentDigest.Of(source, CopyRunner.Match(copy, source, []), ContentDigest.ViewOf(copy), CancellationToken.None);
    }
}
