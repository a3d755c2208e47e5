using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Sandboxing;

/// <summary>What a container sees of its confinement, compared with Docker's default container.</summary>
[Collection(DockerTests.Name)]
public sealed class DockerFactsTests(PrivateDocker docker)
{
    [EndToEndFact(Ability.Docker)]
    public async Task Capabilities_filter_mounts_devices_limits_and_umask_are_docker_s_but_for_documented_differences()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        string volume = Repository.PathTo("tests/sandbox/facts.sh") + ":/facts.sh:ro";
        (await docker.RunAsync("import", await BaseImages.BusyboxAsync(), "busybox:facts")).Succeeded();
        string[] theirs = Lines(await docker.RunAsync("run", "--rm", "--network=none", "-v", volume, "busybox:facts", "sh", "/facts.sh"));
        string[] ours = Lines(await workspace.RunAsync("run", "--rm", "--network=none", "-v", volume, "busybox", "sh", "/facts.sh"));
        Assert.True(theirs.Length > 40 && ours.Length > 40, string.Join('\n', [.. theirs, "--", .. ours]));
        string[] known = [.. File.ReadLines(Repository.PathTo("tests/sandbox/differences.txt")).Where(line => line.Length > 0 && line[0] != '#')];
        IEnumerable<string> differences = [.. theirs.Except(ours).Select(line => "docker " + line), .. ours.Except(theirs).Select(line => "builder " + line)];
        Assert.DoesNotContain(differences, line => !known.Any(pattern => Matches(pattern, line)));
    }

    private static string[] Lines(CommandResult result) => result.Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static bool Matches(string pattern, string line) =>
        pattern.EndsWith('*') ? line.StartsWith(pattern[..^1], StringComparison.Ordinal) : line == pattern;
}
