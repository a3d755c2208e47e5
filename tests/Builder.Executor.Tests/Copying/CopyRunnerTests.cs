using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Tests.Trees;
using Builder.Graph.Operations;
using Builder.Linux.Files;

namespace Builder.Executor.Tests.Copying;

public sealed class CopyRunnerTests : IDisposable
{
    private readonly TestTree _source = new();
    private readonly TestTree _root = new();

    [RootFact]
    public void A_file_goes_into_an_existing_directory_and_otherwise_takes_the_destination_s_name()
    {
        _source.With("f=1");
        _root.With("dir/");

        Copy(["f"], "/dir");
        Copy(["f"], "/new");
        Copy(["f"], "/made/");

        Assert.Equal(["dir/", "dir/f=1", "made/", "made/f=1", "new=1"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void A_directory_copies_its_contents_however_it_is_written()
    {
        _source.With("d/a=1", "d/sub/b=2");
        foreach (string source in new[] { "d", "d/", "d/.", "./d", "/d" })
        {
            using var root = new TestTree();
            CopyTo(root, new CopyOperation { Sources = [source], Destination = "/x" });
            Assert.Equal(["x/", "x/a=1", "x/sub/", "x/sub/b=2"], root.List(withMetadata: false));
        }
    }

    [RootFact]
    public void The_whole_context_can_be_copied_to_the_root()
    {
        _source.With("a=1", ".b=2", "c/d=3");
        _root.With("etc/x=9");

        Copy(["."], "/");

        Assert.Equal([".b=2", "a=1", "c/", "c/d=3", "etc/", "etc/x=9"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void What_comes_from_a_context_belongs_to_root_and_keeps_its_mode()
    {
        _source.With("d/a=1 600 5:6", "d/sub/ 2750 7:8", "d/sub/run=2 4755 5:5");

        Copy(["d"], "/x");

        Assert.Equal(["x/ 755 0:0", "x/a=1 600 0:0", "x/sub/ 2750 0:0", "x/sub/run=2 4755 0:0"], _root.List());
    }

    [RootFact]
    public void What_comes_from_a_stage_keeps_its_owner_but_parents_that_are_made_do_not()
    {
        _source.With("d/ 700 3:4", "d/a=1 600 5:6");

        Copy(["d"], "/p/x", o => o with { FromImage = true }, stage: true);
        Copy(["d/a"], "/q/", o => o with { FromImage = true, Chown = "9" }, stage: true);

        Assert.Equal(["p/ 755 0:0", "p/x/ 755 0:0", "p/x/a=1 600 5:6", "q/ 755 9:9", "q/a=1 600 9:9"], _root.List());
    }

    [RootFact]
    public void Names_in_chown_are_looked_up_in_the_destination()
    {
        _source.With("f=1", "etc/passwd=app:x:1:1::/:");
        _root.With("etc/group=staff:x:60:");
        File.WriteAllText(_root.At("etc/passwd"), "root:x:0:0::/:\nbad line\napp:x:1000:1001:App:/:/bin/sh\n");

        Copy(["f"], "/by-name", o => o with { Chown = "app" });
        Copy(["f"], "/by-both", o => o with { Chown = "app:staff" });
        Copy(["f"], "/by-number", o => o with { Chown = "12:staff" });

        Assert.Equal((1000, 1001), Owner("by-name"));
        Assert.Equal((1000, 60), Owner("by-both"));
        Assert.Equal((12, 60), Owner("by-number"));
        var e = Assert.Throws<OperationException>(() => Copy(["f"], "/x", o => o with { Chown = "nobody-knows" }));
        Assert.Equal("the user 'nobody-knows' is not in /etc/passwd of the image", e.Message);
    }

    [RootFact]
    public void A_passwd_that_is_a_link_out_of_the_image_leads_to_nothing()
    {
        using var outside = new TestTree().With("passwd=root:x:0:0::/:");
        _source.With("f=1");
        _root.With($"etc/passwd->../../../../../..{outside.Path}/passwd");

        Assert.Throws<OperationException>(() => Copy(["f"], "/x", o => o with { Chown = "root" }));
    }

    [RootFact]
    public void An_octal_chmod_counts_for_made_parents_too_and_a_symbolic_one_does_not()
    {
        _source.With("d/a=1", "d/run=2 755", "d/sub/b=3 600");

        Copy(["d"], "/p/x", o => o with { Chmod = "2711" });
        Copy(["d"], "/q/x", o => o with { Chmod = "go=rX,u-w" });

        Assert.Equal(
            [
                "p/ 2711 0:0", "p/x/ 2711 0:0", "p/x/a=1 2711 0:0", "p/x/run=2 2711 0:0", "p/x/sub/ 2711 0:0", "p/x/sub/b=3 2711 0:0",
                "q/ 755 0:0", "q/x/ 755 0:0", "q/x/a=1 444 0:0", "q/x/run=2 555 0:0", "q/x/sub/ 555 0:0", "q/x/sub/b=3 444 0:0",
            ],
            _root.List());
    }

    [RootFact]
    public void Directories_merge_and_an_existing_top_directory_stays_as_it_is()
    {
        _source.With("d/sub/ 700", "d/sub/new=1", "d/old=2");
        _root.With("x/ 711 3:3", "x/sub/ 755 4:4", "x/sub/kept=k", "x/old=before 600 5:5", "x/other=o");

        Copy(["d"], "/x");

        Assert.Equal(
            ["x/ 711 3:3", "x/old=2 644 0:0", "x/other=o 644 0:0", "x/sub/ 700 0:0", "x/sub/kept=k 644 0:0", "x/sub/new=1 644 0:0"], _root.List());
    }

    [RootFact]
    public void Type_clashes_are_errors()
    {
        _source.With("d/sub/x=1", "f=1", "e/sub=1");
        _root.With("x/sub=file", "file=1", "y/sub->elsewhere", "elsewhere/", "z/sub/");

        Assert.Equal("cannot copy to non-directory: /x/sub", Fail(["d"], "/x"));
        Assert.Equal("cannot copy to non-directory: /y/sub", Fail(["d"], "/y"));
        Assert.Equal("cannot copy to non-directory: /file", Fail(["d"], "/file"));
        Assert.Equal("cannot copy to non-directory: /file", Fail(["f"], "/file/"));
        Assert.Equal("cannot replace the directory /z/sub with a file", Fail(["e"], "/z"));
    }

    [RootFact]
    public void Links_in_the_destination_path_are_followed_inside_the_root_only()
    {
        using var outside = new TestTree();
        _source.With("f=1");
        _root.With("real/", "rel->real", "abs->/real", $"out->{outside.Path}", "up->../../../../real", "file->real/target", "broken->/nowhere/deep");

        Copy(["f"], "/rel/a");
        Copy(["f"], "/abs/b");
        Copy(["f"], "/up/c");
        Copy(["f"], "/out/d");
        Copy(["f"], "/file");
        Copy(["f"], "/broken/e");

        Assert.Empty(outside.List());
        Assert.Equal(["a", "b", "c", "target"], Directory.GetFiles(_root.At("real")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(_root.Path + outside.Path + "/d"));
        Assert.True(File.Exists(_root.At("nowhere/deep/e")));
    }

    [RootFact]
    public void A_nested_link_in_the_destination_is_replaced_not_followed()
    {
        using var outside = new TestTree().With("victim=safe");
        _source.With("d/link=new", "f=2");
        _root.With($"x/link->{outside.Path}/victim", $"x/f->{outside.Path}/victim");

        Copy(["d"], "/x");
        Copy(["f"], "/x");

        Assert.Equal(["x/", "x/f=2", "x/link=new"], _root.List(withMetadata: false));
        Assert.Equal(["victim=safe"], outside.List(withMetadata: false));
    }

    [RootFact]
    public void Links_named_as_sources_are_followed_and_links_inside_a_directory_are_kept()
    {
        _source.With("d/f=1", "d/l->f", "d/out->/etc/passwd", "named->d/f", "nameddir->d");

        Copy(["named"], "/x/");
        Copy(["nameddir"], "/y");
        Copy(["nam*d"], "/z/");

        Assert.Equal(["x/", "x/named=1", "y/", "y/f=1", "y/l->f", "y/out->/etc/passwd", "z/", "z/named=1"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void A_source_can_not_leave_the_context()
    {
        using var outside = new TestTree().With("secret=s");
        _source.With($"out->{outside.Path}/secret", $"outdir->{outside.Path}", "inner/up->../../secret", "secret=own");

        Assert.Contains("symbolic link", Fail(["out"], "/x"), StringComparison.Ordinal);
        Assert.Contains("symbolic link", Fail(["outdir/secret"], "/x"), StringComparison.Ordinal);
        Copy(["inner/up"], "/x");
        Copy(["../../secret"], "/y");

        Assert.Equal(["x=own", "y=own"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void Times_are_kept_and_hard_links_stay_linked_within_a_source()
    {
        _source.With("d/a=1", "d/sub/");
        using (DirectoryHandle d = DirectoryHandle.Open(_source.At("d")))
        using (DirectoryHandle sub = DirectoryHandle.Open(_source.At("d/sub")))
        {
            sub.MakeHardLink(d, "a"u8, "b"u8);
            d.SetTimes("a"u8, new FileTime(1_000_000_000, 500));
            d.SetTimes("sub"u8, new FileTime(1_100_000_000, 0));
        }

        Copy(["d"], "/x");

        Assert.Equal(_root.Stat("x/a").Inode, _root.Stat("x/sub/b").Inode);
        Assert.Equal(new FileTime(1_000_000_000, 500), _root.Stat("x/a").Modified);
        Assert.Equal(new FileTime(1_100_000_000, 0), _root.Stat("x/sub").Modified);
        Assert.NotEqual(_source.Stat("d/a").Inode, _root.Stat("x/a").Inode);
    }

    [RootFact]
    public void Wildcards_match_per_name_and_merge_the_contents_of_directories()
    {
        _source.With("a.txt=1", "b.txt=2", ".c.txt=3", "deep/d.txt=4", "one/x=5", "oner/y=6");

        Copy(["*.txt"], "/t/");
        Copy(["on*"], "/m");
        Copy(["*/d.txt"], "/n/");
        Copy(["[ab].t?t"], "/c/");
        Copy(["*.none"], "/nothing/");

        Assert.Equal(
            ["c/", "c/a.txt=1", "c/b.txt=2", "m/", "m/x=5", "m/y=6", "n/", "n/d.txt=4", "t/", "t/.c.txt=3", "t/a.txt=1", "t/b.txt=2"],
            _root.List(withMetadata: false));
    }

    [RootFact]
    public void Several_sources_without_a_trailing_slash_overwrite_each_other_when_the_destination_is_missing()
    {
        _source.With("a=1", "b=2");

        Copy(["a", "b"], "/x");

        Assert.Equal(["x=2"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void Parents_keeps_the_path_below_the_pivot()
    {
        _source.With("a/ 700", "a/b/f=1", "a/b/g=2", "a/c/f=3");

        Copy(["a/b/f"], "/x/", o => o with { Parents = true });
        Copy(["a/./c/f"], "/y/", o => o with { Parents = true });
        Copy(["**/f"], "/z/", o => o with { Parents = true });

        Assert.Equal(
            [
                "x/", "x/a/", "x/a/b/", "x/a/b/f=1", "y/", "y/c/", "y/c/f=3",
                "z/", "z/a/", "z/a/b/", "z/a/b/f=1", "z/a/c/", "z/a/c/f=3",
            ],
            _root.List(withMetadata: false));
        Assert.Equal(0x1C0, _root.Stat("x/a").Mode);
    }

    [RootFact]
    public void Exclude_is_relative_to_what_is_copied()
    {
        _source.With("d/a.txt=1", "d/b.md=2", "d/sub/c.txt=3", "d/sub/keep.txt=4", "home.txt=5", "home.md=6");

        Copy(["d"], "/x", o => o with { Exclude = ["**/*.txt", "!sub/keep.txt"] });
        Copy(["hom*"], "/y/", o => o with { Exclude = ["*.txt"] });

        Assert.Equal(["x/", "x/b.md=2", "x/sub/", "x/sub/keep.txt=4", "y/", "y/home.md=6"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void Ignored_files_are_not_there_but_what_is_taken_back_is()
    {
        _source.With("node/a=1", "node/keep/b=2", "src/c=3", "log=4");

        Copy(["."], "/x", ignore: "node\n!node/keep\nlog");

        Assert.Equal(["x/", "x/node/", "x/node/keep/", "x/node/keep/b=2", "x/src/", "x/src/c=3"], _root.List(withMetadata: false));
    }

    [RootFact]
    public void A_missing_source_says_which_of_three_it_is()
    {
        _source.With("package.json=1", "secret.env=2", "dir/x=3");

        var absent = Assert.Throws<OperationException>(() => Copy(["pakage.json"], "/"));
        var hidden = Assert.Throws<OperationException>(() => Copy(["secret.env"], "/", ignore: "# secrets\n*.env"));
        var outside = Assert.Throws<OperationException>(() => Copy(["../other"], "/"));

        Assert.Equal(("'pakage.json' is not in the build context", "did you mean 'package.json'?"), (absent.Message, absent.Hint));
        Assert.Equal("'secret.env' is excluded from the build context by .dockerignore:2: *.env", hidden.Message);
        Assert.Equal("'../other' is outside of the build context", outside.Message);
    }

    [RootFact]
    public void Attributes_are_carried_but_not_those_of_overlayfs_or_the_store()
    {
        _source.With("d/f=1");
        using (DirectoryHandle d = DirectoryHandle.Open(_source.At("d")))
        {
            d.SetAttribute("f"u8, "user.note", "n"u8);
            d.SetAttribute("f"u8, "user.overlay.opaque", "y"u8);
            d.SetAttribute("f"u8, "user.builder.node", "c:1:3"u8);
        }

        Copy(["d"], "/x");
        Copy(["d"], "/y", o => o with { FromImage = true }, stage: true);

        using DirectoryHandle x = DirectoryHandle.Open(_root.At("x")), y = DirectoryHandle.Open(_root.At("y"));
        Assert.Equal(["user.note"], x.ListAttributes("f"u8));
        Assert.Equal(["user.builder.node", "user.note"], y.ListAttributes("f"u8).Order(StringComparer.Ordinal));
    }

    [RootFact(OfTheMachine = true)]
    public void Pipes_are_made_anew_devices_become_placeholders_and_sockets_of_a_context_empty_files()
    {
        _source.With("d/");
        using (DirectoryHandle d = DirectoryHandle.Open(_source.At("d")))
        {
            d.MakeNode("pipe"u8, FileType.Fifo, 0x1A4);
            d.MakeNode("null"u8, FileType.CharacterDevice, 0x1B6, 1, 3);
        }

        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_source.At("d/sock")));
        File.SetUnixFileMode(_source.At("d/sock"), (UnixFileMode)0x1ED);
        Copy(["d"], "/x");
        Copy(["d/sock"], "/alone/");
        Copy(["d"], "/y", o => o with { FromImage = true }, stage: true);

        using DirectoryHandle x = DirectoryHandle.Open(_root.At("x"));
        Assert.Equal(
            [
                "alone/ 755 0:0", "alone/sock= 755 0:0", "x/ 755 0:0", "x/null= 644 0:0", "x/pipe Fifo 644 0:0", "x/sock= 755 0:0",
                "y/ 755 0:0", "y/null= 644 0:0", "y/pipe Fifo 644 0:0",
            ],
            _root.List());
        Assert.Equal("c:1:3"u8.ToArray(), x.GetAttribute("null"u8, "user.builder.node"));
    }

    [RootFact]
    public void Inline_files_are_placed_like_any_other()
    {
        _source.With("f=1");
        _root.With("dir/");

        Copy([], "/dir", o => o with { InlineFiles = [new InlineFile("EOF", "text\n")] });
        Copy(["f"], "/new/", o => o with { InlineFiles = [new InlineFile("A", "a"), new InlineFile("B", "b")], Chown = "7", Chmod = "600" });

        Assert.Equal(
            ["dir/ 755 0:0", "dir/EOF=text\n 644 0:0", "new/ 600 7:7", "new/A=a 600 7:7", "new/B=b 600 7:7", "new/f=1 600 7:7"], _root.List());
    }

    [RootFact]
    public void Names_that_are_not_utf8_survive()
    {
        _source.With("d/");
        using (DirectoryHandle d = DirectoryHandle.Open(_source.At("d"))) d.CreateFile([0xFF, 0xFE, (byte)'x'], 0x1A4).Dispose();

        Copy(["d"], "/x");

        Assert.Equal(["x/", "x/\\xff\\xfex="], _root.List(withMetadata: false));
    }

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    private (int Uid, int Gid) Owner(string path) => (_root.Stat(path).Uid, _root.Stat(path).Gid);

    private string Fail(string[] sources, string destination) => Assert.Throws<OperationException>(() => Copy(sources, destination)).Message;

    private void Copy(
        string[] sources, string destination, Func<CopyOperation, CopyOperation>? change = null, string ignore = "", bool stage = false)
    {
        var operation = new CopyOperation { Sources = [.. sources], Destination = destination };
        CopyTo(_root, change is null ? operation : change(operation), ignore, stage);
    }

    private void CopyTo(TestTree destination, CopyOperation operation, string ignore = "", bool stage = false)
    {
        using SourceTree source = stage ? _source.AsStage() : _source.AsContext(ignore);
        using DirectoryHandle root = destination.Open();
        new CopyRunner(operation).Run(source, CopyRunner.Match(operation, source, []), root, CancellationToken.None);
    }
}
