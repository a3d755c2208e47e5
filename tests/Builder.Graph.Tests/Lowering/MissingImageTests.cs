using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Parser.Diagnostics;

namespace Builder.Graph.Tests.Lowering;

public class MissingImageTests
{
    [Fact]
    public void All_images_that_can_be_known_are_asked_for_at_once_each_once()
    {
        LoweringResult result = DockerfileLowering.Lower(Lowered.Request(
            "FROM alpine AS a\nFROM alpine\nCOPY --from=busybox /bin/sh /sh\nCOPY --from=a /x /x\nRUN --mount=from=debian:12,target=/d true\nCOPY --from=busybox:latest /a /b"));
        Assert.Equal(["alpine:latest 2", "busybox:latest 3", "debian:12 5"], result.MissingImages.Select(i => $"{i.Reference.FamiliarName} {i.Line}").Order());
        Assert.Null(result.Build);
    }

    [Fact]
    public void While_there_are_errors_no_image_is_asked_for()
    {
        LoweringResult result = DockerfileLowering.Lower(Lowered.Request("FROM alpine\nCOPY --from=7 a b"));
        Assert.Empty(result.MissingImages);
        Assert.Equal("BLD2012", Assert.Single(result.Diagnostics).Code);
    }

    [Fact]
    public void A_request_says_where_the_image_is_named()
    {
        LoweringRequest request = Lowered.Request("FROM scratch AS build\nFROM scratch\nCOPY --from=biuld /a /b");
        LoweringResult result = DockerfileLowering.Lower(request);
        ImageRequest image = Assert.Single(result.MissingImages);
        Assert.Equal(("biuld", "did you mean 'build'?"), (request.Parsed.Source.TextOf(image.Span), image.Hint));
        Diagnostic warning = Assert.Single(result.Diagnostics);
        Assert.Equal(("BLD2014", Severity.Warning, "biuld", "did you mean 'build'?"), (warning.Code, warning.Severity, request.Parsed.Source.TextOf(warning.Span), warning.Hint));
    }

    [Fact]
    public void An_image_that_exists_is_no_misspelling() =>
        Assert.Empty(Lowered.From("FROM scratch AS nodes\nFROM scratch\nCOPY --from=node /a /b").Result.Diagnostics);

    [Fact]
    public void An_image_without_layers_is_an_empty_file_system()
    {
        var lowered = Lowered.From("FROM empty", images: ("empty", Lowered.Image() with { RootFs = new() }));
        Assert.IsType<ScratchOperation>(Assert.Single(lowered.Chain));
        Assert.NotNull(lowered.Build.BaseImage);
    }
}
