using System.Globalization;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Crashes;

/// <summary>Random builds, several at once, on a store with a limit: du(1) must never show more, and no build may notice.</summary>
/// <param name="workspace">Its store has busybox.</param>
/// <param name="seed">The same seed makes the same builds.</param>
/// <param name="limit">In bytes.</param>
/// <param name="log">Told how it goes.</param>
internal sealed class LimitedBuilds(Workspace workspace, int seed, long limit, TextWriter log)
{
    private const int Parallel = 3;

    // Of the limit: what one build makes at most. It is there twice, as files and as layers.
    private const double MostPerBuild = 0.1;

    private readonly Random _random = new(seed);
    private long _most;
    private int _done;

    /// <summary>Builds that often.</summary>
    public async Task RunAsync(int builds)
    {
        workspace.Environment["BUILDER_CACHE_MAX"] = limit.ToString(CultureInfo.InvariantCulture);
        using CancellationTokenSource end = new();
        Task watching = WatchAsync(end.Token);
        List<(string Name, string Text)> all = [.. Enumerable.Range(0, builds).Select(i => ($"limited:{i}", Dockerfile()))];
        await System.Threading.Tasks.Parallel.ForEachAsync(
            all, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (build, _) => await BuildAsync(build.Name, build.Text));
        await end.CancelAsync();
        await watching;
        await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{builds} builds; du showed {_most:N0} bytes at most, {limit:N0} are allowed"));
        Assert.InRange(_most, limit / 3, limit);
        (await workspace.RunAsync("store", "check")).Succeeded();
    }

    private string Dockerfile()
    {
        int steps = _random.Next(1, 5);
        long left = (long)(limit * MostPerBuild * (0.2 + (0.8 * _random.NextDouble())));
        List<string> lines = ["FROM busybox"];
        for (int i = 0; i < steps; i++)
        {
            // Some steps are the same in several builds.
            int number = _random.Next(3) == 0 ? _random.Next(4) : _random.Next();
            long kilobytes = left / steps / 1024;
            lines.Add($"RUN echo {number} > /number-{i} && dd if=/dev/urandom of=/file-{i} bs=1k count={kilobytes.ToString(CultureInfo.InvariantCulture)} 2>/dev/null && sha256sum /file-{i} >> /sums");
        }

        return string.Join('\n', lines) + "\n";
    }

    private async Task BuildAsync(string name, string text)
    {
        string file = Path.Combine(workspace.Context, "Dockerfile." + name.Replace(':', '-'));
        await File.WriteAllTextAsync(file, text);
        (await workspace.RunAsync("build", "--progress", "plain", "-f", file, "-t", name, workspace.Context)).Succeeded();
        int done = Interlocked.Increment(ref _done);
        if (done % 5 == 0) (await workspace.RunAsync("run", "--rm", name, "sha256sum", "-c", "/sums")).Succeeded();
        if (done % 10 == 0) await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{done} built, {_most:N0} bytes at most so far"));
    }

    private async Task WatchAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            // Of what goes away while du looks it complains, and counts the rest.
            CommandResult result = await new Command("du", "-s", "--block-size=1", workspace.Store).RunAsync();
            if (long.TryParse(result.Output.Split('\t')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long used)) _most = Math.Max(_most, used);
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
