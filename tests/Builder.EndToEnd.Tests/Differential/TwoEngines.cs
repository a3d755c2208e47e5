using System.Globalization;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>The program under test and a private dockerd, with the same base images in both.</summary>
internal sealed class TwoEngines : IAsyncDisposable
{
    private readonly PrivateDocker _docker;
    private readonly Workspace _workspace;
    private int _count;

    private TwoEngines(PrivateDocker docker, Workspace workspace) => (_docker, _workspace) = (docker, workspace);

    public static async Task<TwoEngines> StartAsync(PrivateDocker docker)
    {
        Workspace workspace = await Workspace.CreateAsync(async workspace =>
        {
            await workspace.ImportBusyboxAsync();
            foreach (string name in new[] { "base", "rich" })
            {
                string archive = workspace.PathTo(name + ".tar");
                (await workspace.RunAsync("build", "-t", name, "--target", name, Repository.PathTo("tests/differential/base"))).Succeeded();
                (await workspace.RunAsync("save", "-o", archive, name)).Succeeded();
                (await docker.RunAsync("load", "-i", archive)).Succeeded();
            }
        });
        return new TwoEngines(docker, workspace);
    }

    public async Task<Verdict> CompareAsync(DifferentialCase differential)
    {
        string number = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        string context = _workspace.PathTo($"context-{number}"), tag = $"case-{number}";
        string ourArchive = context + ".ours.tar", dockerArchive = context + ".docker.tar";
        try
        {
            await CaseDirectory.WriteAsync(differential, context);
            Command build = _workspace.Command(
                ["build", "--progress=plain", "--network=host", "--output", $"type=docker,dest={ourArchive},name={tag}", .. differential.Arguments, context]);
            CommandResult ours = await (build with { Timeout = TimeSpan.FromMinutes(1) }).RunAsync();
            CommandResult docker = await _docker.TryBuildAsync(context, tag, differential.Arguments);
            if (docker.Error.Contains("connect to the Docker daemon", StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException($"{differential.Name}: dockerd is gone\n{docker}");
            if (ours.ExitCode != 0 || docker.ExitCode != 0)
                return JudgeRefusal(differential, ours, docker);
            if (differential.MustFail)
                return new Verdict(differential, Outcome.Different, ["both built what the case says they must refuse"]);
            (await _docker.RunAsync("save", "-o", dockerArchive, tag)).Succeeded();
            IReadOnlyList<string> differences = ImageComparison.Differences(BuiltImage.Read(ourArchive), BuiltImage.Read(dockerArchive));
            return Judge(differential, differences);
        }
        catch (Exception error) when (error is TimeoutException or InvalidDataException or Xunit.Sdk.XunitException)
        {
            return new Verdict(differential, Outcome.Different, [error.Message]);
        }
        finally
        {
            File.Delete(ourArchive);
            File.Delete(dockerArchive);
        }
    }

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    private static Verdict Judge(DifferentialCase differential, IReadOnlyList<string> differences)
    {
        if (differences.Count == 0)
        {
            return differential.Difference.Length == 0
                ? new Verdict(differential, Outcome.Same, [])
                : new Verdict(differential, Outcome.Different, [$"there is no difference, though the case is marked with {differential.Difference}"]);
        }

        return new Verdict(differential, differential.Difference.Length == 0 ? Outcome.Different : Outcome.Explained, [.. differences]);
    }

    private static Verdict JudgeRefusal(DifferentialCase differential, CommandResult ours, CommandResult docker)
    {
        string[] details = [$"ours: exit code {ours.ExitCode}: {LastLines(ours.Error)}", $"docker: exit code {docker.ExitCode}: {LastLines(docker.Error)}"];
        bool refusedByBoth = ours.ExitCode == 1 && docker.ExitCode != 0;
        Outcome outcome = refusedByBoth switch
        {
            true when differential.Difference.Length == 0 => Outcome.BothRefuse,
            false when differential.Difference.Length > 0 => Outcome.Explained,
            _ => Outcome.Different,
        };
        if (differential.MustFail || outcome != Outcome.BothRefuse || IsGenerated(differential))
            return new Verdict(differential, outcome, [.. details]);
        return new Verdict(differential, Outcome.Different, ["both refuse it, which the case does not say", .. details]);
    }

    /// <summary>Nobody knows beforehand whether a generated case can be built.</summary>
    private static bool IsGenerated(DifferentialCase differential) => differential.Name.StartsWith("seed ", StringComparison.Ordinal);

    private static string LastLines(string text) => string.Join(" | ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(6));
}
