using System.Text.RegularExpressions;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Structure;

/// <summary>The examples of the README do what they say.</summary>
public sealed partial class ReadmeTests
{
    [EndToEndFact]
    public async Task The_examples_run_as_printed()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("Dockerfile", "FROM busybox\nCOPY greeting.txt /\nCMD [\"cat\", \"/greeting.txt\"]\n");
        workspace.Write("greeting.txt", "hello\n");
        string script = string.Join('\n', Examples().Where(line => line.StartsWith("builder ", StringComparison.Ordinal) && !line.Contains("| dot ", StringComparison.Ordinal)));
        Assert.Contains("docker load -i hello.tar", script, StringComparison.Ordinal);
        Command command = workspace.Command() with { Program = "sh", Arguments = ["-e", "-c", script] };
        Dictionary<string, string?> environment = new(command.Environment, StringComparer.Ordinal)
        {
            ["PATH"] = $"{Path.GetDirectoryName(Repository.Binary)}:{Environment.GetEnvironmentVariable("PATH")}",
        };
        CommandResult result = (await (command with { Environment = environment }).RunAsync()).Succeeded();
        Assert.Contains("hello\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("greeting.txt\n", result.Output, StringComparison.Ordinal);
        foreach (string path in new[] { "hello.tar", "hello.oci.tar", "result/greeting.txt" })
            Assert.True(File.Exists(Path.Combine(workspace.Context, path)), path);
    }

    /// <summary>The lines of the shell blocks of the README.</summary>
    private static IEnumerable<string> Examples() =>
        Block().Matches(File.ReadAllText(Repository.PathTo("README.md"))).SelectMany(m => m.Groups["lines"].Value.Split('\n'));

    [GeneratedRegex("```sh\n(?<lines>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Block();
}
