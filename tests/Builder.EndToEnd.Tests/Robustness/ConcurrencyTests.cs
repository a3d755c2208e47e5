using Builder.EndToEnd.Tests.Builds;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Robustness;

/// <summary>Several processes on one store.</summary>
[Collection(MeasuredTests.Name)]
public sealed class ConcurrencyTests
{
    [EndToEndFact]
    public async Task Builds_at_the_same_time_on_one_store_all_succeed_and_agree()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("data.txt", "data\n");
        workspace.Write("Dockerfile", """
            FROM busybox AS shared
            COPY data.txt /
            RUN sleep 0.3 && mkdir /made && cp /data.txt /made/
            FROM busybox
            ARG OWN
            COPY --from=shared /made /made
            RUN echo $OWN > /own
            CMD ["cat", "/own", "/made/data.txt"]
            """);
        Task<CommandResult>[] builds = [.. Enumerable.Range(0, 6).Select(i => workspace.BuildAsync("--build-arg", $"OWN={i}", "-t", $"own:{i}"))];
        foreach (CommandResult result in await Task.WhenAll(builds))
            result.Succeeded();
        for (int i = 0; i < builds.Length; i++)
            Assert.Equal($"{i}\ndata\n", (await workspace.RunAsync("run", "--rm", $"own:{i}")).Succeeded().Output);
        await workspace.AssertNothingLeftAsync();
    }

    [EndToEndFact]
    public async Task Removing_images_while_others_build_harms_nobody()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("Dockerfile", "FROM busybox\nARG N\nRUN echo $N > /n\nCMD [\"cat\", \"/n\"]\n");
        Task<CommandResult> building = Task.Run(async () =>
        {
            CommandResult last = null!; // Assigned by the first of the rounds.
            for (int i = 0; i < 6; i++)
                last = (await workspace.BuildAsync("--build-arg", $"N={i}", "-t", "kept")).Succeeded();
            return last;
        });
        for (int i = 0; i < 6; i++)
        {
            (await workspace.BuildAsync("--build-arg", $"N=other{i}", "-t", "passing")).Succeeded();
            (await workspace.RunAsync("rmi", "passing")).Succeeded();
        }

        await building;
        Assert.Equal("5\n", (await workspace.RunAsync("run", "--rm", "kept")).Succeeded().Output);
    }
}
