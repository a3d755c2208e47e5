using Builder.Cache.History;
using Builder.Cache.Keys;
using Builder.Executor.Explaining;

namespace Builder.Executor.Tests.Explaining;

/// <summary>Each step is compared with what it was before.</summary>
public sealed class StepMatcherTests
{
    private static readonly StepRecord Base = Step("image", "FROM a");

    [Fact]
    public void The_same_text_is_the_same_step_wherever_it_stands_now() => Assert.Equal(
        [0, 2, 1],
        StepMatcher.Match([Base, Step("run", "RUN b", 0), Step("run", "RUN a", 1)], [Base, Step("run", "RUN a", 0), Step("run", "RUN b", 1)]));

    [Fact]
    public void Of_equal_texts_that_of_the_same_stage_is_taken() => Assert.Equal(
        [0, 2, 1],
        StepMatcher.Match(
            [Base, Step("run", "RUN a", 0) with { Stage = "two" }, Step("run", "RUN a", 0)],
            [Base, Step("run", "RUN a", 0), Step("run", "RUN a", 0) with { Stage = "two" }]));

    [Fact]
    public void A_renamed_stage_keeps_its_steps() => Assert.Equal(
        [0, 1], StepMatcher.Match([Base, Step("run", "RUN a", 0) with { Stage = "new" }], [Base, Step("run", "RUN a", 0)]));

    [Fact]
    public void An_edited_step_is_what_stood_in_its_place() => Assert.Equal(
        [0, 1, 2],
        StepMatcher.Match([Base, Step("run", "RUN new", 0), Step("copy", "COPY x", 1)], [Base, Step("run", "RUN old", 0), Step("copy", "COPY x", 1)]));

    [Fact]
    public void A_step_that_no_build_had_is_new() => Assert.Equal(
        [0, null, 1],
        StepMatcher.Match([Base, Step("copy", "COPY new", 0), Step("run", "RUN a", 1)], [Base, Step("run", "RUN a", 0)]));

    [Fact]
    public void Equal_steps_that_were_one_are_both_compared_with_it() => Assert.Equal(
        [0, 1, 1],
        StepMatcher.Match([Base, Step("run", "RUN a", 0), Step("run", "RUN a", 0) with { Stage = "two" }], [Base, Step("run", "RUN a", 0)]));

    private static StepRecord Step(string kind, string text, params int[] inputs) =>
        new(kind, text, "one", 1, text, StepVerdict.Cached, [.. inputs], new CacheKeyWriter(kind, 1).Finish(), null);
}
