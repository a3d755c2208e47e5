using Builder.Graph.Operations;

namespace Builder.Graph.Tests.Lowering;

public class TargetTests
{
    private const string ThreeStages = "FROM alpine AS one\nRUN a\nFROM debian AS Two\nRUN b\nFROM fedora\nRUN c";

    [Fact]
    public void The_last_stage_is_built_by_default() =>
        Assert.Equal("docker.io/library/fedora:latest", ((ImageOperation)Lowered.From(ThreeStages).Chain[0]).Reference);

    [Theory]
    [InlineData("two")]
    [InlineData("TWO")]
    public void A_target_is_found_whatever_its_case(string target)
    {
        var lowered = Lowered.From(ThreeStages, request => request with { Target = target });
        Assert.Equal("docker.io/library/debian:latest", ((ImageOperation)lowered.Chain[0]).Reference);
    }

    [Fact]
    public void Images_that_only_unneeded_stages_use_are_never_asked_for() =>
        Assert.Equal(["alpine"], Lowered.From(ThreeStages, request => request with { Target = "one" }).Asked.Select(a => a.Reference.FamiliarRepository));

    [Fact]
    public void An_unknown_target_gets_the_nearest_name()
    {
        var lowered = Lowered.From(ThreeStages, request => request with { Target = "tow" });
        Assert.Equal(("BLD2005", "", "did you mean 'two'?"), lowered.SingleError());
    }

    [Fact]
    public void An_unknown_target_with_nothing_near_gets_the_list() =>
        Assert.Equal("the stages are one, two", Lowered.From(ThreeStages, request => request with { Target = "production" }).SingleError().Hint);

    [Fact]
    public void A_stage_index_is_no_target() =>
        Assert.Equal(
            "no stage of this Dockerfile has a name", Lowered.From("FROM scratch\nFROM scratch", request => request with { Target = "0" }).SingleError().Hint);
}
