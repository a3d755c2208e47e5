using Builder.Graph.Operations;

namespace Builder.Graph.Tests.Lowering;

public class CopyTests
{
    [Theory]
    [InlineData("COPY a b/", "a", "/b/")]
    [InlineData("WORKDIR /w\nCOPY /a/../../b c", "b", "/w/c")]
    [InlineData("WORKDIR /w\nCOPY . .", "", "/w/")]
    [InlineData("COPY ./x/ /y/.", "x", "/y/")]
    [InlineData("COPY x ../../z", "x", "/z")]
    [InlineData("ENV D=/opt S=src\nCOPY $S/*.c ${D}", "src/*.c", "/opt")]
    [InlineData("COPY [\"a b\", \"/c d/\"]", "a b", "/c d/")]
    [InlineData("COPY --parents a/./b/c /d/", "a/./b/c", "/d/")]
    [InlineData("COPY --parents ./a/b /d/", "a/b", "/d/")]
    [InlineData("COPY --parents /./a/b /d/", "a/b", "/d/")]
    [InlineData("COPY x /", "x", "/")]
    public void Sources_lie_below_the_root_and_the_destination_is_absolute(string lines, string source, string destination)
    {
        CopyOperation copy = Assert.Single(Lowered.From("FROM scratch\n" + lines).Copies);
        Assert.Equal((source, destination), (Assert.Single(copy.Sources), copy.Destination));
        Assert.False(copy.FromImage);
    }

    [Fact]
    public void Flags_are_expanded_where_they_should_be()
    {
        CopyOperation copy = Lowered.From("FROM scratch\nARG U=me M=u+x\nCOPY --chown=$U:3 --chmod=$M --exclude=*.$U --exclude=b a /c").Copies[0];
        Assert.Equal(("me:3", "u+x"), (copy.Chown, copy.Chmod));
        Assert.Equal(["*.$U", "b"], copy.Exclude);
    }

    [Theory]
    [InlineData("FROM a\nCOPY --link x /c", true)]
    [InlineData("FROM a\nADD --link x /c", true)]
    [InlineData("FROM a\nCOPY --link --chmod=644 x /c", false)] // as BuildKit does
    [InlineData("FROM scratch\nCOPY --link x /c", false)] // a layer of its own as it is
    [InlineData("FROM a\nCOPY --link=false x /c", false)]
    public void A_linked_copy_is_made_on_nothing_and_merged(string dockerfile, bool linked)
    {
        BuildGraph graph = Lowered.From(dockerfile).Graph;
        Vertex copy = graph.Vertices.Single(v => v.Operation is CopyOperation);
        Assert.Equal(linked, ((CopyOperation)copy.Operation).Link);
        Assert.Equal(linked, graph[copy.Inputs[0]].Operation is ScratchOperation && graph[graph.Target].Operation is MergeOperation);
        if (linked) Assert.Equal(copy.Id, graph[graph.Target].Inputs[1]);
    }

    [Fact]
    public void Add_unpacks_local_archives_unless_told_not_to()
    {
        CopyOperation[] copies = Lowered.From("FROM scratch\nADD a /\nADD --unpack=false a /\nCOPY a /").Copies;
        Assert.Equal([true, false, false], copies.Select(c => c.UnpackArchives));
    }

    [Theory]
    [InlineData("build")]
    [InlineData("BUILD")]
    [InlineData("0")]
    public void Copy_from_finds_a_stage_by_name_and_by_number(string from)
    {
        var lowered = Lowered.From($"FROM scratch AS build\nCOPY a /a\nFROM scratch\nCOPY --from={from} /a /b");
        Vertex copy = lowered.Graph[lowered.Graph.Target];
        Assert.Equal("[build 1/1] COPY a /a", lowered.Graph[copy.Inputs[1]].Origin.Label);
        Assert.True(((CopyOperation)copy.Operation).FromImage);
    }

    [Fact]
    public void Copy_from_an_image_reads_that_image()
    {
        var lowered = Lowered.From("FROM scratch\nCOPY --from=busybox:1 /bin/sh /sh");
        Vertex source = lowered.Graph[lowered.Graph[lowered.Graph.Target].Inputs[1]];
        Assert.Equal("docker.io/library/busybox:1", ((ImageOperation)source.Operation).Reference);
        Assert.Equal("FROM docker.io/library/busybox:1", source.Origin.Label);
    }

    [Fact]
    public void Copy_from_scratch_reads_nothing()
    {
        var lowered = Lowered.From("FROM alpine\nCOPY --from=scratch /x /y");
        Assert.IsType<ScratchOperation>(lowered.Graph[lowered.Graph[lowered.Graph.Target].Inputs[1]].Operation);
    }

    [Fact]
    public void Files_of_the_dockerfile_are_expanded_unless_quoted()
    {
        CopyOperation copy = Lowered.From("FROM scratch\nENV N=you\nCOPY <<a <<-'b' real /d/\nhi \"$N\" \\$N\na\n\tno $N\nb\n").Copies[0];
        Assert.Equal([new InlineFile("a", "hi \"you\" $N\n"), new InlineFile("b", "no $N\n")], copy.InlineFiles);
        Assert.Equal(["real"], copy.Sources);
    }

    [Fact]
    public void Files_of_the_dockerfile_alone_need_no_context()
    {
        var lowered = Lowered.From("FROM scratch\nADD <<f /d\nx\nf\n");
        Assert.Equal(2, lowered.Graph.Vertices.Count);
        Assert.Single(lowered.Graph[lowered.Graph.Target].Inputs);
    }

    [Fact]
    public void Copy_from_a_stage_further_down_is_an_error_at_the_name()
    {
        (string code, string culprit, string? hint) =
            Lowered.From("FROM scratch AS first\nCOPY --from=later /a /b\nFROM scratch AS later\nFROM first").SingleError();
        Assert.Equal(("BLD2010", "later", "a stage can only be used below its own end: move it up, or name another"), (code, culprit, hint));
    }

    [Fact]
    public void Copy_from_the_own_stage_is_an_error() =>
        Assert.Equal("BLD2010", Lowered.From("FROM scratch AS me\nCOPY --from=me /a /b").SingleError().Code);

    [Theory]
    [InlineData("0", "BLD2010", "there is no stage above this one")]
    [InlineData("5", "BLD2012", "there is no stage above this one")]
    [InlineData("-1", "BLD2012", "there is no stage above this one")]
    public void Copy_from_a_wrong_number_says_which_there_are(string index, string code, string hint) =>
        Assert.Equal((code, index, hint), Lowered.From($"FROM scratch\nCOPY --from={index} /a /b").SingleError());

    [Fact]
    public void Copy_from_can_not_use_variables()
    {
        (string code, string culprit, string? hint) = Lowered.From("ARG X=a\nFROM scratch\nCOPY --from=$X /a /b").SingleError();
        Assert.Equal(("BLD2011", "$X"), (code, culprit));
        Assert.StartsWith("give the image a stage", hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Copy_from_what_is_no_name_at_all_gets_the_nearest_stage() =>
        Assert.Equal(("BLD2013", "Buidl", "did you mean 'build'?"), Lowered.From("FROM scratch AS build\nFROM scratch\nCOPY --from=Buidl /a /b").SingleError());

    [Theory]
    [InlineData("ADD https://example.com/a.git?colour=red /", "BLD2401", "https://example.com/a.git?colour=red")]
    [InlineData("ADD https://example.com/a.git?ref=x#v1 /", "BLD2401", "https://example.com/a.git?ref=x#v1")]
    [InlineData("ADD git@example.com:a/b#--exec=x /", "BLD2401", "git@example.com:a/b#--exec=x")]
    [InlineData("ADD ssh://-oProxyCommand=x/a /", "BLD2401", "ssh://-oProxyCommand=x/a")]
    [InlineData("ADD --checksum=sha256:ab https://example.com/a /", "BLD2401", "sha256:ab")]
    [InlineData("ADD --checksum=main git://example.com/a /", "BLD2401", "main")]
    [InlineData("ADD --checksum=0123456 https://example.com/a.git https://example.com/b.git /", "BLD2213", "0123456")]
    [InlineData("COPY git@example.com:a/b /", "BLD2211", "git@example.com:a/b")]
    [InlineData("COPY http://example.com/a /", "BLD2211", "http://example.com/a")]
    [InlineData("COPY --chmod=9 a /", "BLD2207", "9")]
    [InlineData("COPY --chmod=17777 a /", "BLD2207", "17777")]
    [InlineData("COPY --chmod=u+y a /", "BLD2207", "u+y")]
    [InlineData("ADD --checksum=sha256:ab a /", "BLD2213", "sha256:ab")]
    public void What_can_not_be_copied_is_pointed_at(string line, string code, string culprit)
    {
        (string found, string text, string? hint) = Lowered.From("FROM scratch\n" + line).SingleError();
        Assert.Equal((code, culprit), (found, text));
        Assert.NotNull(hint);
    }

    [Theory]
    [InlineData("0755")]
    [InlineData("7777")]
    [InlineData("u=rwX,go=rX")]
    [InlineData("+x")]
    [InlineData("a-w,u+s")]
    public void Modes_are_octal_or_symbolic(string mode) => Assert.Equal(mode, Lowered.From($"FROM scratch\nCOPY --chmod={mode} a /").Copies[0].Chmod);
}
