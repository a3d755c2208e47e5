using System.Globalization;

namespace Builder.EndToEnd.Tests.Crashes;

/// <summary>What tests/crash/run was asked for.</summary>
/// <param name="Kills">How many builds to kill.</param>
/// <param name="Builds">How many builds to make on a store with a limit; null for killing instead.</param>
/// <param name="Limit">In bytes.</param>
/// <param name="Seed">Of all choices.</param>
internal sealed record CrashOptions(int Kills, int? Builds, long Limit, int Seed)
{
    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It is wrong.</exception>
    public static CrashOptions Parse(IReadOnlyList<string> arguments)
    {
        CrashOptions options = new(Kills: 200, Builds: null, Limit: 1_000_000_000, Seed: 1);
        for (int i = 0; i + 1 < arguments.Count; i += 2)
        {
            long value = long.Parse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture);
            options = arguments[i] switch
            {
                "--kills" => options with { Kills = (int)value },
                "--builds" => options with { Builds = (int)value },
                "--limit" => options with { Limit = value },
                "--seed" => options with { Seed = (int)value },
                _ => throw new FormatException($"unknown option {arguments[i]}"),
            };
        }

        return arguments.Count % 2 == 0 ? options : throw new FormatException($"{arguments[^1]} needs a number");
    }

    /// <summary>Does it; 0 when all was well.</summary>
    public async Task<int> RunAsync(TextWriter log)
    {
        await using Harness.Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        if (Builds is { } builds) await new LimitedBuilds(workspace, Seed, Limit, log).RunAsync(builds);
        else await new KilledBuilds(workspace, Seed, log).RunAsync(Kills);
        await log.WriteLineAsync("all well");
        return 0;
    }
}
