using System.Text;
using Builder.EndToEnd.Tests.Builds;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Robustness;

/// <summary>Builds that are stopped: by Ctrl-C in order, by SIGKILL at any moment.</summary>
[Collection(MeasuredTests.Name)]
public sealed class InterruptionTests
{
    private const int Kills = 30;
    private const int ManyPlatforms = 1000;

    [EndToEndFact]
    public async Task Killed_at_random_moments_the_next_build_succeeds_and_nothing_is_left()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        await File.WriteAllBytesAsync(Path.Combine(workspace.Context, "data"), new byte[8 << 20]);
        workspace.Write("Dockerfile", $"""
            FROM busybox AS one
            ARG ROUND
            COPY data /data
            RUN echo {workspace.Token} $ROUND && for i in 1 2 3 4 5 6 7 8; do mkdir -p /a/$i && cp /data /a/$i/; done
            FROM busybox AS two
            ARG ROUND
            RUN echo {workspace.Token} $ROUND && sleep 0.2 && rm -rf /usr/sbin && mkdir /usr/sbin && echo $ROUND > /usr/sbin/round
            FROM busybox
            COPY --from=one /a /a
            COPY --from=two /usr /usr
            CMD ["cat", "/usr/sbin/round"]
            """);
        CommandResult uninterrupted = (await workspace.BuildAsync("--build-arg", "ROUND=start", "-t", "killed")).Succeeded();
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int round = 0; round < Kills; round++)
        {
            TimeSpan moment = uninterrupted.Duration * (random.NextDouble() * 1.1);
            string what = $"round {round} of seed {seed}, killed after {moment.TotalMilliseconds:F0} ms";
            using RunningCommand running = workspace.Command(
                "build", "--progress", "plain", "--build-arg", $"ROUND={round}", "-t", "killed", "-o", $"type=docker,dest={workspace.PathTo("out.tar")}", "--load", workspace.Context).Start();
            await Task.Delay(moment);
            running.Kill();
            // Returns when nothing holds the output any more: no process of the build is left.
            await running.WaitAsync(TimeSpan.FromSeconds(20));
            await workspace.AssertNothingLeftAsync();
            CommandResult next = await workspace.BuildAsync("--build-arg", $"ROUND={round}", "-t", "killed");
            Assert.True(next.ExitCode == 0, $"{what}: the next build failed\n{next}");
            CommandResult run = await workspace.RunAsync("run", "--rm", "killed");
            Assert.True(run.Output == $"{round}\n", $"{what}: {run}");
        }
    }

    [EndToEndTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_stops_a_build_in_order(string signal, int exitCode)
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("Dockerfile", $"FROM busybox\nRUN echo {workspace.Token} && sleep 100\n");
        using RunningCommand running = workspace.Command("build", "--progress", "plain", workspace.Context).WithDefaultSignals().Start();
        await Task.Delay(2500);
        Assert.False(running.HasExited);
        await Command.SignalAsync(running.Id, signal);
        CommandResult result = await running.WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Contains("cancel", result.Error, StringComparison.OrdinalIgnoreCase);
        result.ExitedWith(exitCode);
        await workspace.AssertNothingLeftAsync();
        (await workspace.BuildTextAsync("FROM busybox\nRUN true\n")).Succeeded();
    }

    [EndToEndFact]
    public async Task A_signal_ends_a_build_that_is_still_making_sense_of_its_dockerfile()
    {
        await using Workspace workspace = new();
        string dockerfile = "FROM scratch\n" + string.Concat(Enumerable.Repeat("ENV A=${A:-b}\n", 30_000));

        // Lowered once for each platform, which all together takes longer than this waits.
        string platforms = string.Join(',', Enumerable.Range(0, ManyPlatforms).Select(i => $"linux/p{i}"));
        using RunningCommand running = workspace.Command("build", "--platform", platforms, "--print-graph=text", "-f", "-", workspace.Context)
            .WithDefaultSignals().Start();
        await running.WriteInputAsync(Encoding.UTF8.GetBytes(dockerfile));
        running.CloseInput();
        await Task.Delay(2000);
        Assert.False(running.HasExited);
        await Command.SignalAsync(running.Id, "TERM");
        CommandResult result = (await running.WaitAsync(TimeSpan.FromSeconds(60))).ExitedWith(143);
        Assert.Equal("", result.Output);
        Assert.Contains("canceled", result.Error, StringComparison.Ordinal);
        await workspace.AssertNothingLeftAsync();
    }

    [EndToEndFact]
    public async Task Ctrl_C_at_a_terminal_stops_everything()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("Dockerfile", $"FROM busybox\nRUN echo {workspace.Token} && sleep 100\n");
        Command inner = workspace.Command("build", workspace.Context);
        using RunningCommand terminal = new Command("script", "-qefc", $"'{inner.Program}' build '{workspace.Context}'", "/dev/null")
        {
            Environment = inner.Environment,
            Directory = inner.Directory,
        }.WithDefaultSignals().Start();
        await Task.Delay(2500);
        await terminal.WriteInputAsync([3]);
        CommandResult result = await terminal.WaitAsync(TimeSpan.FromSeconds(15));
        result.ExitedWith(130);
        await workspace.AssertNothingLeftAsync();
    }
}
