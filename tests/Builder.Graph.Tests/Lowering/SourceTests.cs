using System.Collections.Immutable;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Oci;

namespace Builder.Graph.Tests.Lowering;

public sealed class SourceTests
{
    [Fact]
    public void Add_of_urls_repositories_and_files_keeps_their_order()
    {
        Lowered lowered = Lowered.From("FROM scratch\nADD https://h/x a git://h/r b https://h/x /d/");
        CopyOperation copy = lowered.Copies[0];
        Assert.Equal(["a", "b"], copy.Sources);
        Assert.Equal([(2, "x", 0), (3, "", 1), (4, "x", 2)], copy.Fetched.Select(f => (f.InputIndex, f.Path, f.Position)));

        // The same URL is one vertex.
        Assert.Single(lowered.Graph.Vertices, v => v.Operation is HttpOperation);
        Assert.Single(lowered.Graph.Vertices, v => v.Operation is GitOperation);
    }

    [Fact]
    public void Add_of_a_repository_takes_checksum_and_git_directory()
    {
        GitOperation git = Lowered.From("ARG C=abc\nFROM scratch\nARG C\nADD --checksum=$C --keep-git-dir=true https://h/r.git#v1:d /d").Graph.Vertices
            .Select(v => v.Operation).OfType<GitOperation>().Single();
        Assert.Equal(("https://h/r.git", "v1", "abc", "d", true), (git.Remote, git.Ref, git.Checksum, git.Subdirectory, git.KeepGitDirectory));
    }

    [Fact]
    public void Flag_and_url_that_contradict_each_other_about_the_git_directory_are_refused()
    {
        var error = Lowered.From("FROM scratch\nADD --keep-git-dir=false https://h/r.git?keep-git-dir=1 /d").SingleError();
        Assert.Equal(("BLD2401", "https://h/r.git?keep-git-dir=1"), (error.Code, error.Culprit));
        Assert.Empty(Lowered.From("FROM scratch\nADD --keep-git-dir=true https://h/r.git?keep-git-dir=1 /d").Errors);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("--unpack=true ", true)]
    [InlineData("--unpack=false ", false)]
    public void A_downloaded_archive_is_unpacked_only_when_asked_for(string flag, bool unpack) =>
        Assert.Equal(unpack, Lowered.From($"FROM scratch\nADD {flag}https://h/x.tar /d/").Copies[0].Fetched[0].Unpack);

    [Fact]
    public void History_shows_no_password_of_a_url() =>
        Assert.Equal(["ADD https://u:xxxxx@h/x /d/ # buildkit"], Lowered.From("FROM scratch\nADD https://u:secret@h/x /d/").History);

    [Fact]
    public void A_remote_build_context_is_a_vertex_of_its_own()
    {
        var git = new GitOperation { Remote = "git://h/r", Commit = "abc" };
        Lowered lowered = Lowered.From("FROM scratch\nCOPY a /\nCOPY b /", r => r with { BuildContext = git });
        Assert.Equal(git, Assert.Single(lowered.Graph.Vertices, v => v.Operation is GitOperation).Operation);
        Assert.DoesNotContain(lowered.Graph.Vertices, v => v.Operation is ContextOperation);
    }

    [Fact]
    public void A_named_context_stands_in_for_an_image_a_stage_and_a_from()
    {
        Lowered image = With("FROM golang:1.2 AS b\nRUN x\nFROM scratch\nCOPY --from=b /a /", ("golang:1.2", new TreeContext(new ContextOperation("golang:1.2"))));
        Assert.Empty(image.Asked);
        Assert.Contains(image.Graph.Vertices, v => v.Operation is ContextOperation { Name: "golang:1.2" });

        Lowered stage = With("FROM golang AS b\nRUN x\nFROM scratch\nCOPY --from=B /a /", ("b", new TreeContext(new ContextOperation("b"))));
        Assert.Empty(stage.Asked);
        Assert.DoesNotContain(stage.Graph.Vertices, v => v.Operation is ExecOperation);

        Lowered from = With("FROM scratch\nCOPY --from=src /a /", ("src", new TreeContext(new GitOperation { Remote = "git://h/r" })));
        Assert.Contains(from.Graph.Vertices, v => v.Operation is GitOperation);

        Lowered mount = With("FROM scratch\nRUN --mount=from=src,target=/m x", ("src", new TreeContext(new ContextOperation("src"))));
        Assert.Contains(mount.Graph.Vertices, v => v.Operation is ContextOperation { Name: "src" });
    }

    [Fact]
    public void A_named_context_can_be_another_image_or_none()
    {
        Assert.Equal(
            "docker.io/library/alpine:3", Assert.Single(With("FROM golang\nRUN x", ("golang", new ImageContext(ImageReference.Parse("alpine:3")))).Asked).Reference.ToString());
        Assert.IsType<ScratchOperation>(With("FROM golang\nCOPY a /", ("golang", new ImageContext(null))).Chain[0]);
    }

    [Fact]
    public void Files_of_a_local_named_context_belong_to_root_those_of_others_keep_their_owners()
    {
        Assert.False(With("FROM scratch\nCOPY --from=c /a /", ("c", new TreeContext(new ContextOperation("c")))).Copies[0].FromImage);
        Assert.True(With("FROM scratch\nCOPY --from=c /a /", ("c", new TreeContext(new GitOperation { Remote = "git://h/r" }))).Copies[0].FromImage);
    }

    [Fact]
    public void A_stage_on_a_named_context_has_its_files_as_first_layer()
    {
        Lowered lowered = With("FROM app\nCOPY a /", ("app", new TreeContext(new ContextOperation("app"))));
        Assert.Equal(2, lowered.Build.History.Count(h => h.Vertex is not null));
        Assert.Equal([("", "/"), ("a", "/")], lowered.Copies.Select(c => (c.Sources[0], c.Destination)));
    }

    [Fact]
    public void A_context_for_a_platform_wins_over_one_for_all()
    {
        Lowered lowered = With(
            "FROM scratch\nCOPY --from=c /a /",
            ("c", new TreeContext(new ContextOperation("all"))),
            ("c::linux/amd64", new TreeContext(new ContextOperation("amd64"))));
        Assert.Contains(lowered.Graph.Vertices, v => v.Operation is ContextOperation { Name: "amd64" });
    }

    private static Lowered With(string dockerfile, params (string Name, NamedContext Context)[] contexts) =>
        Lowered.From(dockerfile, r => r with { NamedContexts = contexts.ToImmutableDictionary(c => ContextName.Normalize(c.Name)!, c => c.Context) }); // valid names
}
