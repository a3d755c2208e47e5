using Builder.Oci.Images;

namespace Builder.Graph.Tests.Lowering;

public class OnbuildTests
{
    private static (string Name, ImageConfig Config) Base(params string[] triggers) => ("base", Lowered.Image(new ContainerConfig { OnBuild = new([.. triggers]) }));

    [Fact]
    public void Triggers_are_stored_and_leave_no_history()
    {
        var lowered = Lowered.From("FROM scratch\nONBUILD RUN make $A\nONBUILD COPY <<x /y\na\nx\n");
        Assert.Equal(["RUN make $A", "COPY <<x /y\na\nx"], lowered.Config.OnBuild!.Value);
        Assert.Empty(lowered.History);
        Assert.Single(lowered.Graph.Vertices);
    }

    [Fact]
    public void Triggers_of_an_image_run_first_in_the_child_and_are_gone_then()
    {
        var lowered = Lowered.From("FROM base\nRUN own", images: Base("ENV A=1", "RUN <<E\nhi\nE"));
        Assert.Equal(["ENV A=1", "RUN /bin/sh -c hi\n # buildkit", "RUN /bin/sh -c own # buildkit"], lowered.History);
        Assert.Equal(["[1/3] FROM docker.io/library/base:latest", "[2/3] ONBUILD RUN <<E (hi)", "[3/3] RUN own"], lowered.Labels);
        Assert.Null(lowered.Config.OnBuild);
        Assert.Equal(1, lowered.Graph.Vertices[1].Origin.Line);
    }

    [Fact]
    public void Triggers_do_not_reach_grandchildren() =>
        Assert.Equal(["RUN /bin/sh -c x # buildkit"], Lowered.From("FROM scratch AS a\nONBUILD RUN x\nFROM a AS b\nFROM b").History);

    [Fact]
    public void A_trigger_copies_from_the_stages_of_the_child()
    {
        var lowered = Lowered.From("FROM scratch AS build\nCOPY a /a\nFROM base\nENV B=1", images: Base("COPY --from=build /a /b"));
        Vertex copy = lowered.Graph[lowered.Graph.Target];
        Assert.Equal("[build 1/1] COPY a /a", lowered.Graph[copy.Inputs[1]].Origin.Label);
    }

    [Fact]
    public void A_trigger_may_need_another_image() =>
        Assert.Equal(["base", "tools"], Lowered.From("FROM base", images: Base("COPY --from=tools /a /b")).Asked.Select(a => a.Reference.FamiliarRepository));

    [Theory]
    [InlineData("FROM x", "this instruction can't be a trigger")]
    [InlineData("MAINTAINER x", "this instruction can't be a trigger")]
    [InlineData("RUN a\nRUN b", "it must be a single instruction")]
    public void A_trigger_that_can_not_run_is_reported_at_the_base(string trigger, string problem)
    {
        var lowered = Lowered.From("FROM base", images: Base(trigger));
        Assert.Equal(("BLD2015", "base", null), lowered.SingleError());
        Assert.EndsWith(problem, lowered.Errors.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trigger_with_a_syntax_error_is_reported_at_the_base() =>
        Assert.Equal(("BLD2015", "base", null), Lowered.From("FROM base", images: Base("RUNN x")).SingleError());

    [Fact]
    public void Errors_inside_a_trigger_are_reported_at_the_base_with_the_trigger()
    {
        var lowered = Lowered.From("FROM base", images: Base("EXPOSE abc"));
        Assert.Equal(("BLD2202", "base"), (lowered.SingleError().Code, lowered.SingleError().Culprit));
        Assert.StartsWith("in the ONBUILD trigger 'EXPOSE abc' of the base image: ", lowered.Errors.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_in_a_trigger_of_an_image_are_reported_at_the_base() =>
        Assert.Equal(("BLD2012", "base"), (Lowered.From("FROM base", images: Base("COPY --from=3 a b")).SingleError().Code, "base"));

    [Fact]
    public void Errors_in_a_trigger_of_a_stage_are_reported_where_it_stands() =>
        Assert.Equal(("BLD2202", "abc"), (Lowered.From("FROM scratch AS a\nONBUILD EXPOSE abc\nFROM a").SingleError().Code, "abc"));
}
