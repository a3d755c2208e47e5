using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Oci.Images;

namespace Builder.Graph.Tests.Lowering;

public class StageTests
{
    [Fact]
    public void A_stage_built_on_another_continues_its_file_system_and_history()
    {
        var lowered = Lowered.From("FROM scratch AS a\nCOPY x /x\nENV A=1\nFROM a\nCOPY y /y");
        Assert.Equal(["COPY x /x # buildkit", "ENV A=1", "COPY y /y # buildkit"], lowered.History);
        Assert.Collection(lowered.Chain, o => Assert.IsType<ScratchOperation>(o), o => Assert.IsType<CopyOperation>(o), o => Assert.IsType<CopyOperation>(o));
        Assert.Contains("A=1", lowered.Config.Env!.Value);
    }

    [Fact]
    public void From_takes_the_latest_stage_above_of_a_repeated_name()
    {
        var lowered = Lowered.From("FROM scratch AS a\nENV W=first\nFROM scratch AS a\nENV W=second\nFROM a\nFROM a AS b\nENV L=1");
        Assert.Contains("W=second", lowered.Config.Env!.Value);
    }

    [Fact]
    public void A_stage_name_in_capitals_is_found_in_lower_case_only()
    {
        Assert.Contains("W=1", Lowered.From("FROM scratch AS Build\nENV W=1\nFROM build").Config.Env!.Value);
        Assert.Equal(
            ("BLD2003", "Build", "stage names are lower case in FROM: write 'build'"),
            Lowered.From("FROM scratch AS Build\nFROM Build").SingleError());
    }

    [Fact]
    public void From_a_number_is_an_image() =>
        Assert.Equal("docker.io/library/0:latest", Assert.Single(Lowered.From("FROM scratch\nFROM 0").Asked).Reference.ToString());

    [Fact]
    public void Scratch_has_a_root_working_directory_and_a_path()
    {
        ContainerConfig config = Lowered.From("FROM scratch").Config;
        Assert.Equal("/", config.WorkingDir);
        Assert.Equal(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], config.Env!.Value);
    }

    [Fact]
    public void The_whole_config_of_the_base_is_inherited_and_only_what_is_said_changes()
    {
        ImageConfig baseImage = Lowered.Image(new ContainerConfig
        {
            Env = ["PATH=/bin", "A=1"],
            User = "me",
            WorkingDir = "/w/",
            Cmd = ["c"],
            Entrypoint = ["e"],
            StopSignal = "INT",
            Shell = ["/bin/bash", "-c"],
        });
        var lowered = Lowered.From("FROM base\nENV B=2", images: ("base", baseImage));
        ContainerConfig config = lowered.Config;
        Assert.Equal(["PATH=/bin", "A=1", "B=2"], config.Env!.Value);
        Assert.Equal(("me", "/w", "INT"), (config.User, config.WorkingDir, config.StopSignal));
        Assert.Equal(["c"], config.Cmd!.Value);
        Assert.Equal(["e"], config.Entrypoint!.Value);
        Assert.Equal(["/bin/bash", "-c"], config.Shell!.Value);
        Assert.Null(lowered.Build.Image.Created);
        Assert.Same(baseImage, lowered.Build.BaseImage!.Config);
        Assert.Equal(["ENV B=2"], lowered.History);
    }

    [Fact]
    public void Notes_of_another_builder_about_the_base_are_not_inherited()
    {
        using var json = System.Text.Json.JsonDocument.Parse("""{"docker_version":"1","os.version":"10"}""");
        ImageConfig image = Lowered.Image() with { Unknown = json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone()) };
        Assert.Equal(["os.version"], Lowered.From("FROM base", images: ("base", image)).Build.Image.Unknown!.Keys);
    }

    [Fact]
    public void A_file_of_args_only_has_nothing_to_build()
    {
        (string code, string culprit, string? hint) = Lowered.From("ARG A\nARG B").SingleError();
        Assert.Equal(("BLD2001", "ARG"), (code, culprit));
        Assert.StartsWith("add FROM", hint, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instruction_above_the_first_from_is_pointed_at()
    {
        (string code, string culprit, _) = Lowered.From("run make\nFROM scratch").SingleError();
        Assert.Equal(("BLD2002", "run"), (code, culprit));
    }

    [Fact]
    public void Without_any_from_every_problem_is_reported() =>
        Assert.Equal(["BLD2002", "BLD2001"], Lowered.From("RUN make").Errors.Select(d => d.Code));

    [Theory]
    [InlineData("FROM alpine:!", "alpine:!")]
    [InlineData("FROM Alpine", "Alpine")]
    public void An_invalid_image_name_is_pointed_at(string dockerfile, string culprit)
    {
        (string code, string found, _) = Lowered.From(dockerfile).SingleError();
        Assert.Equal(("BLD2003", culprit), (code, found));
    }

    [Fact]
    public void An_image_name_that_expands_to_nothing_is_an_error_with_the_way_out()
    {
        var lowered = Lowered.From("FROM $BASE\nARG BASE=alpine");
        (string code, string culprit, string? hint) = lowered.SingleError();
        Assert.Equal(("BLD2003", "$BASE"), (code, culprit));
        Assert.Equal("give the ARG a default above the first FROM, or pass --build-arg", hint);
        Assert.Equal(
            [("InvalidDefaultArgInFrom", "$BASE"), ("UndefinedArgInFrom", "$BASE")],
            lowered.Warnings.Select(warning => (warning.Code, lowered.Source.TextOf(warning.Span))));
    }

    [Fact]
    public void Every_stage_is_checked_even_when_the_target_does_not_need_it() =>
        Assert.Equal(("BLD2003", "UP"), (Lowered.From("FROM UP AS a\nFROM scratch").SingleError().Code, Lowered.From("FROM UP\nFROM scratch").SingleError().Culprit));

    [Theory]
    [InlineData("--platform=linux/a/b/c", "linux/a/b/c")]
    [InlineData("--platform=linux//x", "linux//x")]
    [InlineData("--platform=$NOPE", "$NOPE")]
    public void An_invalid_platform_is_pointed_at(string flag, string culprit)
    {
        (string code, string found, string? hint) = Lowered.From($"FROM {flag} alpine").SingleError();
        Assert.Equal(("BLD2004", culprit), (code, found));
        Assert.NotNull(hint);
    }

    [Fact]
    public void A_platform_flag_decides_for_which_platform_the_base_is_asked()
    {
        Func<LoweringRequest, LoweringRequest> arm = request => request with { TargetPlatform = new("linux", "arm64") };
        var lowered = Lowered.From("FROM --platform=$BUILDPLATFORM golang AS build\nFROM alpine\nCOPY --from=build /a /a", arm);
        Assert.Equal(["golang linux/amd64", "alpine linux/arm64"], lowered.Asked.Select(a => $"{a.Reference.FamiliarRepository} {a.Platform}"));
        Assert.Equal("arm64", lowered.Build.Image.Architecture);
    }

    [Fact]
    public void A_deep_chain_of_stages_needs_no_deep_stack()
    {
        string dockerfile = "FROM scratch AS s0\n" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"FROM s{i - 1} AS s{i}\n"));
        Assert.Single(Lowered.From(dockerfile).Graph.Vertices);
    }

    [Fact]
    public void After_a_syntax_error_in_from_nothing_is_guessed() =>
        Assert.Empty(Lowered.From("FROM a b c d\nRUN x\nFROM scratch\nCOPY --from=9 a b").Result.Diagnostics);

    [Fact]
    public void A_syntax_error_elsewhere_does_not_hide_other_problems()
    {
        var lowered = Lowered.From("FROM scratch\nRUNN x\nEXPOSE abc");
        Assert.Equal(("BLD2202", "abc"), (lowered.SingleError().Code, lowered.SingleError().Culprit));
    }

    [Fact]
    public void Lowering_can_be_stopped() => Assert.Throws<OperationCanceledException>(() =>
        DockerfileLowering.Lower(Lowered.Request("FROM scratch\nENV A=b\n"), new CancellationToken(canceled: true)));
}
