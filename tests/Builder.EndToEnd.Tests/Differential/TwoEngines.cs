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
            CommandResult ours = await (build with { Timeout = TimeSpan.FromMinutes(4) }).RunAsync();
            CommandResult docker = await _docker.TryBuildAsync(context, tag, [.. await OlderDockerfileAsync(differential, context + ".older"), .. differential.Arguments]);
            if (docker.Error.Contains("connect to the Docker daemon", StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException($"{differential.Name}: dockerd is gone\n{docker}");
            if (ours.ExitCode != 0 || docker.ExitCode != 0)
                return CaseJudge.JudgeRefusal(differential, ours, docker);
            (await _docker.RunAsync("save", "-o", dockerArchive, tag)).Succeeded();
            return CaseJudge.JudgeImages(differential, ImageComparison.Compare(BuiltImage.Read(ourArchive), BuiltImage.Read(dockerArchive), hasHistories: differential.OlderDockerfile.Length == 0));
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

    private static async Task<string[]> OlderDockerfileAsync(DifferentialCase differential, string path)
    {
        if (differential.OlderDockerfile.Length == 0)
            return [];
        await File.WriteAllTextAsync(path, differential.OlderDockerfile);
        return ["-f", path];
    }

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();
}
