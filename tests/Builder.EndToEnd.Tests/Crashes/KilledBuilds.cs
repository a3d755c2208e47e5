using System.Diagnostics;
using System.Globalization;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Crashes;

/// <summary>
/// Several builds at once on one store, of which one after the other is killed at a random point, with its session or in the middle of a step.
/// Afterwards everything must work as if nothing had happened.
/// </summary>
/// <param name="workspace">Its store has busybox.</param>
/// <param name="seed">The same seed makes the same choices.</param>
/// <param name="log">Told how it goes.</param>
internal sealed class KilledBuilds(Workspace workspace, int seed, TextWriter log)
{
    private const int Parallel = 4;
    private const int Variants = 3;
    private const int CheckEvery = 25;

    private readonly Random _random = new(seed);
    private int _killed;

    /// <summary>Kills that many.</summary>
    public async Task RunAsync(int kills)
    {
        for (int i = 0; i < Parallel; i++) workspace.Write($"Dockerfile.{i}", Dockerfile(i));
        byte[] data = new byte[300_000];
        new Random(seed).NextBytes(data);
        Directory.CreateDirectory(Path.Combine(workspace.Context, "data"));
        File.WriteAllBytes(Path.Combine(workspace.Context, "data", "noise"), data);
        Directory.CreateDirectory(workspace.PathTo("out"));
        var clock = Stopwatch.StartNew();
        (await BuildAsync(0, 0)).Succeeded();
        TimeSpan usual = clock.Elapsed;

        List<Running> running = [];
        int checkedAt = 0;
        while (_killed < kills)
        {
            while (running.Count < Parallel) running.Add(Start(usual));
            await Task.WhenAny(running.Select(r => r.End));
            foreach (Running ended in running.Where(r => r.End.IsCompleted).ToList())
            {
                running.Remove(ended);
                await EndedAsync(ended);
            }

            if (_killed - checkedAt < CheckEvery) continue;
            checkedAt = _killed;
            foreach (Running last in running) await EndedAsync(last);
            running.Clear();
            await CheckAsync();
        }

        foreach (Running last in running) await EndedAsync(last);
        await CheckAsync();
        await CheckNothingLeftAsync();
    }

    private static string Dockerfile(int number) => $"""
        FROM busybox AS first
        ARG V
        RUN seq 1 20000 > /seq && echo $V > /v && sha256sum /seq /v > /sums-a
        RUN dd if=/dev/zero bs=64k count=60 2>/dev/null | tr '\0' {number} > /fill && sha256sum /fill >> /sums-a
        FROM busybox AS second
        COPY data /data
        RUN sha256sum /data/* > /sums-b && mkdir /many && for n in $(seq 300); do echo $n > /many/$n; done
        FROM busybox
        RUN --mount=type=cache,target=/cache echo x >> /cache/log && test -s /cache/log
        COPY --from=first /seq /v /fill /sums-a /
        COPY --from=second /data /data
        COPY --from=second /many /many
        COPY --from=second /sums-b /
        RUN sha256sum -c /sums-a /sums-b && test $(ls /many | wc -l) = 300
        """;

    private Task<CommandResult> BuildAsync(int number, int variant) => BuildCommand(number, variant, toArchive: false).RunAsync();

    private Command BuildCommand(int number, int variant, bool toArchive)
    {
        string[] output = toArchive ? ["-o", $"type=oci,dest={workspace.PathTo($"out/{number}.tar")}"] : ["-t", $"crash:{number}-{variant}"];
        string file = Path.Combine(workspace.Context, $"Dockerfile.{number}");
        return workspace.Command("build", "--progress", "plain", "-f", file, "--build-arg", $"V={variant}", output[0], output[1], workspace.Context);
    }

    private static Command WithoutCache(Command build) => build with { Arguments = [.. build.Arguments.Take(1), "--no-cache", .. build.Arguments.Skip(1)] };

    private Running Start(TimeSpan usual)
    {
        int number = _random.Next(Parallel);
        int variant = _random.Next(Variants);
        bool toArchive = _random.Next(3) == 0;

        // Without anything to do a build would be over before it can be killed.
        bool isCold = _random.Next(3) > 0;
        TimeSpan delay = usual * (_random.NextDouble() * 1.5);
        int victim = _random.Next(4);
        Command command = BuildCommand(number, variant, toArchive);
        string token = $"kill{seed}x{_random.Next()}";
        command = command with { Environment = new Dictionary<string, string?>(command.Environment, StringComparer.Ordinal) { ["KILL_TOKEN"] = token } };
        if (isCold) command = WithoutCache(command);
        Task<CommandResult> end = command.RunAsync();
        return new Running(number, variant, end, KillAsync(token, victim, delay, end));
    }

    // Any process of it: the one the user started, the one in the namespace, or one of a step.
    private static async Task<bool> KillAsync(string token, int victim, TimeSpan delay, Task end)
    {
        await Task.WhenAny(end, Task.Delay(delay));
        if (end.IsCompleted) return false;
        IReadOnlyList<int> processes = ProcessTable.IdsMentioningInEnvironment(token);
        if (processes.Count == 0) return false;
        return ProcessTable.Kill(processes[Math.Min(victim, processes.Count - 1)], token);
    }

    private async Task EndedAsync(Running build)
    {
        CommandResult result = await build.End;
        bool isKilled = await build.Killed;
        if (isKilled)
        {
            _killed++;
            if (_killed % 10 == 0) await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{_killed} killed"));
        }
        else
        {
            result.Succeeded();
        }
    }

    // Each image is built and says itself that it is right; the store says so as well.
    private async Task CheckAsync()
    {
        for (int number = 0; number < Parallel; number++)
        {
            int variant = _random.Next(Variants);
            (await BuildAsync(number, variant)).Succeeded();
            (await workspace.RunAsync("run", "--rm", $"crash:{number}-{variant}", "sh", "-c", "sha256sum -c /sums-a /sums-b && test $(ls /many | wc -l) = 300")).Succeeded();
            (await BuildCommand(number, variant, toArchive: true).RunAsync()).Succeeded();
        }

        CommandResult check = (await workspace.RunAsync("store", "check")).Succeeded();
        await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"after {_killed}: {check.Output.Split('\n')[0]}"));
    }

    private async Task CheckNothingLeftAsync()
    {
        await workspace.AssertNothingLeftAsync();

        // This run has collected what the last ones left, and nothing else runs.
        (await WithoutCache(BuildCommand(0, 0, toArchive: false)).RunAsync()).Succeeded();
        (await workspace.RunAsync("unshare", "sh", "-c", $"test -z \"$(ls {workspace.Store}/tmp; ls -d {workspace.Store}/snapshots/d-* 2>/dev/null; ls {workspace.Store}/locks | grep -v -e gate -e images -e version -e evict -e swept)\"")).Succeeded();
        Assert.DoesNotContain(Directory.GetFiles(workspace.PathTo("out")), f => Path.GetFileName(f).StartsWith('.'));
        (await workspace.RunAsync("system", "prune", "-af")).Succeeded();

        // What explains later misses outlives what it explains, within bounds of its own: docs/store.md.
        long left = await SizeAsync("--exclude=builds", "--exclude=manifests");
        long explanations = await SizeAsync() - left;
        await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"left after pruning everything: {left} bytes, and {explanations} that explain what was built"));
        Assert.InRange(left, 0, 1_000_000);
        Assert.InRange(explanations, 0, 16_000_000);
    }

    private async Task<long> SizeAsync(params string[] flags) => long.Parse(
        (await workspace.RunAsync(["unshare", "du", "-s", "--block-size=1", .. flags, workspace.Store])).Succeeded().Output.Split('\t')[0], CultureInfo.InvariantCulture);

    private sealed record Running(int Number, int Variant, Task<CommandResult> End, Task<bool> Killed);
}
