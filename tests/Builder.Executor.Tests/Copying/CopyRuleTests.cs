using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Tests.Trees;
using Builder.Graph.Operations;
using Builder.Linux.Files;

namespace Builder.Executor.Tests.Copying;

/// <summary>Rules of COPY that are easily got wrong, beyond what <see cref="CopyRunnerTests"/> shows.</summary>
public sealed class CopyRuleTests : IDisposable
{
    private readonly TestTree _source = new();
    private readonly TestTree _root = new();

    [RootFact]
    public void A_file_copied_to_a_missing_path_without_slash_becomes_a_file_of_that_name()
    {
        _source.With("f=1");

        Copy(["f"], "/opt/dir");

        Assert.Equal(["opt/ 755 0:0", "opt/dir=1 644 0:0"], _root.List());
    }

    [RootFact]
    public void A_trailing_slash_on_a_source_is_ignored_even_on_a_file()
    {
        _source.With("f=1");

        Copy(["f/"], "/x");

        Assert.Equal(["x=1"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void A_wildcard_without_a_match_is_fine_even_as_the_only_source_and_makes_nothing()
    {
        _source.With("f=1", "dir/g=2");

        Copy(["*.none"], "/x/");
        Copy(["dir/*.none"], "/y/");
        Copy(["f/*"], "/z/");

        Assert.Empty(_root.List());
        Assert.Equal("'nodir/*' is not in the build context", Fail(["nodir/*"], "/x").Message);
    }

    [RootFact]
    public void A_wildcard_merges_matched_directories_and_files_side_by_side()
    {
        _source.With("one/same=1", "one/a=1", "one.txt=t", "ones/same=2", "ones/sub/b=2");

        Copy(["one*"], "/x/");

        Assert.Equal(["x/", "x/a=1", "x/one.txt=t", "x/same=2", "x/sub/", "x/sub/b=2"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void A_backslash_makes_a_special_character_an_ordinary_one()
    {
        _source.With("a[b=1", "a*b=2", "axb=3", "[d]/f=4");

        Copy([@"a\[b"], "/one/");
        Copy([@"a\*?"], "/two/");
        Copy(["a[[]b"], "/three/");
        Copy([@"\[d\]/?"], "/four/");

        Assert.Equal(
            ["four/", "four/f=4", "one/", "one/a[b=1", "three/", "three/a[b=1", "two/", "two/a*b=2"], _root.List(withMetadata: false));
        Assert.Equal(@"'no\[such' is not in the build context", Fail([@"no\[such"], "/x").Message);
    }

    [RootFact]
    public void A_question_mark_and_a_class_stand_for_one_character_and_never_for_a_slash()
    {
        _source.With("ab=1", "aXb=2", "a/b=3", "a_b=4");

        Copy(["a?b"], "/q/");
        Copy(["a[^X]b"], "/c/");

        Assert.Equal(["c/", "c/a_b=4", "q/", "q/aXb=2", "q/a_b=4"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void Double_stars_mean_no_more_than_one_star_without_parents()
    {
        _source.With("a/f=1", "a/b/f=2", "f=3");

        Copy(["**/f"], "/x/");

        Assert.Equal(["x/", "x/f=1"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void An_ignored_link_leads_nowhere_and_neither_does_a_link_to_what_is_ignored()
    {
        _source.With("f=1", "hidden->f", "secret=s", "open->secret", "dir/x=1", "hiddendir->dir");
        const string Ignore = "hidden*\nsecret";

        Assert.Equal("'hidden' is excluded from the build context by .dockerignore:1: hidden*", Fail(["hidden"], "/x", Ignore).Message);
        Assert.Equal("'hiddendir/x' is excluded from the build context by .dockerignore:1: hidden*", Fail(["hiddendir/x"], "/x", Ignore).Message);
        Assert.Equal("'open' is excluded from the build context by .dockerignore:2: secret", Fail(["open"], "/x", Ignore).Message);
        Copy(["hid*"], "/x/", ignore: Ignore);
        Copy(["hid*"], "/x/", ignore: Ignore + "\n!hidden/below");

        Assert.Empty(_root.List());
    }

    [RootFact]
    public void A_link_that_is_named_and_leads_nowhere_is_an_error_by_wildcard_too()
    {
        _source.With("broken->nothing", "out->/etc/none-such");

        Assert.Equal("'broken' is not in the build context: 'broken' is a symbolic link to 'nothing', which is missing", Fail(["broken"], "/x").Message);
        Assert.Equal("'broken' is not in the build context: 'broken' is a symbolic link to 'nothing', which is missing", Fail(["br*"], "/x").Message);
        Assert.Equal(
            "'out' is not in the build context: 'out' is a symbolic link to '/etc/none-such', which is outside of it", Fail(["out"], "/x").Message);
    }

    [RootFact]
    public void The_last_component_of_the_destination_is_followed_when_it_is_a_link_to_a_file_or_directory()
    {
        _source.With("f=new", "d/g=1");
        _root.With("real=old 600 3:3", "file->/real", "realdir/ 711 4:4", "dir->realdir");

        Copy(["f"], "/file");
        Copy(["d"], "/dir");

        Assert.Equal(["dir->realdir 0:0", "file->/real 0:0", "real=new 644 0:0", "realdir/ 711 4:4", "realdir/g=1 644 0:0"], _root.List());
    }

    [RootFact]
    public void Nested_directories_take_the_source_s_mode_and_owner_and_unrelated_entries_stay()
    {
        _source.With("d/sub/ 2750 8:9", "d/sub/f=1 640 8:9");
        _root.With("x/sub/ 755 4:4", "x/sub/old=o 600 4:4", "x/sub/f=before 777 4:4");

        Copy(["d"], "/x", o => o with { FromImage = true }, stage: true);

        Assert.Equal(["x/ 755 0:0", "x/sub/ 2750 8:9", "x/sub/f=1 640 8:9", "x/sub/old=o 600 4:4"], _root.List());
    }

    [RootFact]
    public void Special_bits_survive_and_can_be_given()
    {
        _source.With("d/suid=1 4755", "d/sgid=1 2755", "d/tmp/ 1777");

        Copy(["d"], "/kept");
        Copy(["d/suid"], "/given/", o => o with { Chmod = "7555", Chown = "3:4" });
        Copy(["d/tmp"], "/symbolic", o => o with { Chmod = "u+s,+t" });
        Copy(["d"], "/dropped", o => o with { Chmod = "0640" });

        Assert.Equal(
            [
                "dropped/ 640 0:0", "dropped/sgid=1 640 0:0", "dropped/suid=1 640 0:0", "dropped/tmp/ 640 0:0",
                "given/ 7555 3:4", "given/suid=1 7555 3:4",
                "kept/ 755 0:0", "kept/sgid=1 2755 0:0", "kept/suid=1 4755 0:0", "kept/tmp/ 1777 0:0",
                "symbolic/ 755 0:0",
            ],
            _root.List());
    }

    [RootFact]
    public void A_capital_x_means_executable_where_it_already_is_or_a_directory()
    {
        _source.With("d/plain=1 600", "d/run=1 700", "d/sub/ 700");

        Copy(["d"], "/x", o => o with { Chmod = "a=rX" });

        Assert.Equal(["x/ 755 0:0", "x/plain=1 444 0:0", "x/run=1 555 0:0", "x/sub/ 555 0:0"], _root.List());
    }

    [RootFact]
    public void A_numeric_user_alone_is_the_group_too_and_an_unknown_name_is_an_error()
    {
        _source.With("f=1");
        _root.With("etc/passwd=app:x:7:8::/:", "etc/group=g:x:9:");

        Copy(["f"], "/a", o => o with { Chown = "1234" });
        Copy(["f"], "/b", o => o with { Chown = "app" });
        Copy(["f"], "/c", o => o with { Chown = "app:g" });

        Assert.Equal(["a=1 644 1234:1234", "b=1 644 7:8", "c=1 644 7:9"], _root.List().Where(l => !l.StartsWith("etc", StringComparison.Ordinal)));
        Assert.Equal("the user 'nobody' is not in /etc/passwd of the image", Fail(["f"], "/x", change: o => o with { Chown = "nobody" }).Message);
        Assert.Equal("the group 'nobody' is not in /etc/group of the image", Fail(["f"], "/x", change: o => o with { Chown = "app:nobody" }).Message);
    }

    [RootFact]
    public void Parents_follows_the_source_s_modes_on_the_way_and_changes_no_owner_of_what_was_there()
    {
        _source.With("a/ 750", "a/b/ 711", "a/b/f=1");
        _root.With("x/a/ 777 5:5", "x/a/kept=1 644 5:5");

        Copy(["a/b/f"], "/x/", o => o with { Parents = true, Chown = "3" });

        Assert.Equal(["x/ 755 0:0", "x/a/ 750 5:5", "x/a/b/ 711 3:3", "x/a/b/f=1 644 3:3", "x/a/kept=1 644 5:5"], _root.List());
    }

    [RootFact]
    public void Parents_keeps_whole_directories_and_links_and_needs_plain_paths_to_exist()
    {
        _source.With("a/b/sub/f=1", "a/b/l->sub/f", "a/l->b");

        Copy(["a/./b"], "/x", o => o with { Parents = true });
        Copy(["a/l", "a/no*"], "/y", o => o with { Parents = true });

        Assert.Equal(
            ["x/", "x/b/", "x/b/l->sub/f", "x/b/sub/", "x/b/sub/f=1", "y/", "y/a/", "y/a/l->b"], _root.List(withMetadata: false));
        Assert.Equal("'a/nothing' is not in the build context", Fail(["a/nothing"], "/z", change: o => o with { Parents = true }).Message);
    }

    [RootFact]
    public void Double_stars_with_parents_stand_for_any_number_of_directories_on_both_sides_of_the_pivot()
    {
        _source.With("top/a/x.go=1", "top/a/b/c/y.go=2", "top/z.go=3", "top/a/no.txt=4");

        Copy(["top/./**/*.go"], "/x/", o => o with { Parents = true });
        Copy(["top/**/c"], "/y/", o => o with { Parents = true });

        Assert.Equal(
            [
                "x/", "x/a/", "x/a/b/", "x/a/b/c/", "x/a/b/c/y.go=2", "x/a/x.go=1", "x/z.go=3",
                "y/", "y/top/", "y/top/a/", "y/top/a/b/", "y/top/a/b/c/", "y/top/a/b/c/y.go=2",
            ],
            _root.List(withMetadata: false));
    }

    [RootFact]
    public void Exclude_takes_back_with_an_exclamation_mark_and_applies_to_a_named_file_too()
    {
        _source.With("d/a.log=1", "d/keep.log=2", "d/logs/b=3", "d/logs/keep/c=4", "e.log=5");

        Copy(["d"], "/x", o => o with { Exclude = ["*.log", "!keep.log", "logs", "!logs/keep"] });
        Copy(["e.log", "d/keep.log"], "/y/", o => o with { Exclude = ["e.*"] });

        Assert.Equal(["x/", "x/keep.log=2", "x/logs/", "x/logs/keep/", "x/logs/keep/c=4", "y/", "y/keep.log=2"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void Hard_links_are_kept_within_a_source_and_not_between_sources()
    {
        _source.With("a/f=1", "b/");
        using (DirectoryHandle a = DirectoryHandle.Open(_source.At("a")))
        using (DirectoryHandle b = DirectoryHandle.Open(_source.At("b")))
        {
            a.MakeHardLink(a, "f"u8, "g"u8);
            b.MakeHardLink(a, "f"u8, "h"u8);
        }

        Copy(["a", "b"], "/x/");

        Assert.Equal(_root.Stat("x/f").Inode, _root.Stat("x/g").Inode);
        Assert.NotEqual(_root.Stat("x/f").Inode, _root.Stat("x/h").Inode);
    }

    [RootFact]
    public void A_sparse_file_stays_sparse()
    {
        using (FileStream file = File.Create(_source.At("sparse")))
        {
            file.SetLength(64 << 20);
            file.Position = 32 << 20;
            file.WriteByte(1);
        }

        Copy(["sparse"], "/x");

        using FileStream copy = File.OpenRead(_root.At("x"));
        Assert.Equal(64 << 20, copy.Length);
        Assert.InRange(FileExtents.Data(copy.SafeFileHandle, copy.Length).Sum(e => e.Length), 1, 1 << 20);
    }

    [RootFact]
    public void Several_sources_are_copied_in_order_and_the_last_one_wins()
    {
        _source.With("a/f=1", "b/f=2", "c=3");

        Copy(["b", "a", "c"], "/x/");

        Assert.Equal(["x/", "x/c=3", "x/f=1"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void An_inline_file_takes_octal_and_symbolic_modes_and_owners()
    {
        Copy([], "/a/run.sh", o => o with { InlineFiles = [new InlineFile("EOF", "x")], Chmod = "+x" });
        Copy([], "/b/run.sh", o => o with { InlineFiles = [new InlineFile("EOF", "x")], Chmod = "4711", Chown = "5:6" });

        Assert.Equal(["a/ 755 0:0", "a/run.sh=x 755 0:0", "b/ 4711 5:6", "b/run.sh=x 4711 5:6"], _root.List());
    }

    [RootFact]
    public void A_missing_source_names_the_nearest_with_the_rest_of_the_path_or_the_same_name_elsewhere()
    {
        _source.With("src/main.go=1", "lib/deep/config.yml=2", "README.md=3");

        Assert.Equal("did you mean 'src/main.go'?", Fail(["scr/main.go"], "/x").Hint);
        Assert.Equal("did you mean 'lib/deep/config.yml'?", Fail(["config.yml"], "/x").Hint);
        Assert.Equal("did you mean 'README.md'?", Fail(["readme.md"], "/x").Hint);
        Assert.Equal("'README.md' is not a directory", Fail(["README.md/x"], "/x").Hint);
        Assert.Null(Fail(["nothing-like-it"], "/x").Hint);
    }

    [RootFact]
    public void A_source_above_the_context_or_by_its_path_on_the_machine_is_outside()
    {
        _source.With("f=1");

        foreach (string written in new[] { "../g", "a/../../g", _root.Path })
        {
            OperationException e = Fail(["g"], "/x", written: written);
            Assert.Equal($"'{written}' is outside of the build context", e.Message);
            Assert.Equal("only what is below the root of the build context can be copied", e.Hint);
        }

        Assert.Equal("'/no-such/g' is not in the build context", Fail(["no-such/g"], "/x", written: "/no-such/g").Message);
    }

    [RootFact]
    public void The_source_at_fault_is_known()
    {
        _source.With("a=1");

        Assert.Equal(1, Fail(["a", "b"], "/x/").SourceIndex);
    }

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    private OperationException Fail(
        string[] sources, string destination, string ignore = "", Func<CopyOperation, CopyOperation>? change = null, string? written = null) =>
        Assert.Throws<OperationException>(() => Copy(sources, destination, change, ignore, stage: false, written));

    private void Copy(
        string[] sources, string destination, Func<CopyOperation, CopyOperation>? change = null, string ignore = "", bool stage = false, string? written = null)
    {
        var operation = new CopyOperation { Sources = [.. sources], Destination = destination };
        operation = change is null ? operation : change(operation);
        using SourceTree source = stage ? _source.AsStage() : _source.AsContext(ignore);
        using DirectoryHandle root = _root.Open();
        new CopyRunner(operation).Run(source, CopyRunner.Match(operation, source, written is null ? [] : [written]), root, CancellationToken.None);
    }
}
