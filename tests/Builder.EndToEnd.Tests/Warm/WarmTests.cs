using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Warm;

/// <summary>A short part of what tests/warm/run does at length.</summary>
public sealed class WarmTests
{
    [EndToEndFact]
    public async Task Builds_that_find_what_earlier_ones_made_give_the_same_files_as_builds_from_nothing()
    {
        const int Seeds = 2, Edits = 3;
        for (int seed = 1; seed <= Seeds; seed++) Assert.Null(await new WarmSequence(seed, Edits).RunAsync());
    }
}
