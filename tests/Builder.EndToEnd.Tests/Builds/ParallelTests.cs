using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Tests that measure time or memory, or stress the machine: they run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredTests
{
    public const string Name = "measured";
}

/// <summary>Independent steps run at the same time.</summary>
[Collection(MeasuredTests.Name)]
public sealed class ParallelTests
{
    [EndToEndFact]
    public async Task Eight_stages_that_wait_a_second_take_less_than_three()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        await workspace.UseCaseAsync("parallel-sleep");
        CommandResult result = (await workspace.BuildAsync("-o", workspace.PathTo("out"))).Succeeded();
        for (int i = 1; i <= 8; i++)
            Assert.Equal($"{i}\n", await File.ReadAllTextAsync(workspace.PathTo($"out/results/{i}")));
        Assert.InRange(result.Duration.TotalSeconds, 1, 3);
    }

    [EndToEndFact]
    public async Task Jobs_bounds_how_many_run_at_once()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult result = (await workspace.BuildTextAsync(
            """
            FROM busybox AS one
            RUN sleep 1 && touch /one
            FROM busybox AS two
            RUN sleep 1 && touch /two
            FROM scratch
            COPY --from=one /one /
            COPY --from=two /two /
            """,
            "--jobs", "1")).Succeeded();
        Assert.True(result.Duration >= TimeSpan.FromSeconds(2), result.ToString());
    }

    [EndToEndFact]
    public async Task The_first_failure_stops_the_others()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult result = await workspace.BuildTextAsync($"""
            FROM busybox AS slow
            RUN echo {workspace.Token} && sleep 60 && touch /slow
            FROM busybox AS fails
            RUN sleep 0.5; exit 7
            FROM scratch
            COPY --from=slow /slow /
            COPY --from=fails /nothing /
            """);
        result.ExitedWith(1);
        Assert.True(result.Duration < TimeSpan.FromSeconds(15), result.ToString());
        await workspace.AssertNothingLeftAsync();
    }
}
