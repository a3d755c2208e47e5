using System.Text;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>The flags of build, seen from outside.</summary>
public sealed class BuildOptionTests
{
    [EndToEndFact]
    public async Task Target_builds_a_stage_and_only_what_it_needs()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult result = (await workspace.BuildTextAsync(
            """
            FROM busybox AS wanted
            RUN echo wanted > /result
            FROM busybox AS unwanted
            RUN exit 1
            FROM busybox
            COPY --from=unwanted /x /x
            """,
            "--target", "wanted", "-t", "wanted")).Succeeded();
        Assert.DoesNotContain("exit 1", result.Error, StringComparison.Ordinal);
        Assert.Equal("wanted\n", (await workspace.RunAsync("run", "--rm", "wanted", "cat", "/result")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task Arguments_and_labels_of_the_command_line_reach_the_image()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync(
            "ARG BASE=nowhere\nFROM ${BASE}\nARG GREETING=default\nLABEL a=1 b=2\nRUN echo \"$GREETING\" > /greeting\n",
            "--build-arg", "BASE=busybox", "--build-arg", "GREETING=hello there", "--label", "b=3", "--label", "c=4", "-t", "args")).Succeeded();
        Assert.Equal("hello there\n", (await workspace.RunAsync("run", "--rm", "args", "cat", "/greeting")).Succeeded().Output);
        CommandResult labels = (await workspace.RunAsync("inspect", "-f", "{{json .Config.Labels}}", "args")).Succeeded();
        Assert.Equal("""{"a":"1","b":"3","c":"4"}""", labels.Output.Trim());
    }

    [EndToEndFact]
    public async Task The_dockerfile_may_have_another_name_or_come_from_standard_input()
    {
        await using Workspace workspace = new();
        workspace.Write("data.txt", "data\n");
        workspace.Write("Other.Dockerfile", "FROM scratch\nCOPY data.txt /other\n");
        (await workspace.BuildAsync("-f", Path.Combine(workspace.Context, "Other.Dockerfile"), "-o", workspace.PathTo("other"))).Succeeded();
        Assert.True(File.Exists(workspace.PathTo("other/other")));
        (await workspace.RunWithInputAsync(
            Encoding.UTF8.GetBytes("FROM scratch\nCOPY data.txt /piped\n"),
            "build", "-f", "-", "-o", workspace.PathTo("piped"), workspace.Context)).Succeeded();
        Assert.True(File.Exists(workspace.PathTo("piped/piped")));
    }

    [EndToEndFact]
    public async Task Ignored_files_are_not_copied()
    {
        await using Workspace workspace = new();
        workspace.Write("kept.txt", "kept\n");
        workspace.Write("logs/a.log", "log\n");
        workspace.Write("logs/important.log", "log\n");
        workspace.Write(".dockerignore", "# logs\n**/*.log\n!logs/important.log\nDockerfile\n.dockerignore\n");
        (await workspace.BuildTextAsync("FROM scratch\nCOPY . /\n", "-o", workspace.PathTo("out"))).Succeeded();
        string root = workspace.PathTo("out");
        Assert.Equal(
            ["kept.txt", "logs/important.log"],
            Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(root, p)).Order(StringComparer.Ordinal));
    }

    [EndToEndFact]
    public async Task Added_hosts_and_the_network_are_the_step_s()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync(
            "FROM busybox\nRUN [ $(hostname) = box ] && grep -q box /etc/hosts && cp /etc/hosts /seen && ls /sys/class/net > /interfaces\n", "--add-host", "db.example:10.1.2.3", "--network", "none",
            "--build-arg", "BUILDKIT_SANDBOX_HOSTNAME=box", "-t", "hosts"))
            .Succeeded();
        CommandResult seen = (await workspace.RunAsync("run", "--rm", "hosts", "cat", "/seen", "/interfaces")).Succeeded();
        Assert.Matches(@"(?m)^10\.1\.2\.3\s+db\.example$", seen.Output);
        Assert.EndsWith("\nlo\n", "\n" + seen.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1] + "\n", StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task The_graph_is_printed_as_text_and_as_dot_and_nothing_is_built()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        await workspace.UseCaseAsync("parallel-sleep");
        CommandResult text = (await workspace.BuildAsync("--print-graph")).Succeeded();
        Assert.Equal(8, text.Output.Split("sleep 1").Length - 1);
        Assert.DoesNotContain("sleep", text.Error, StringComparison.Ordinal);
        CommandResult dot = (await workspace.BuildAsync("--print-graph=dot")).Succeeded();
        Assert.StartsWith("digraph", dot.Output, StringComparison.Ordinal);
        Assert.Empty((await workspace.RunAsync("images", "-q", "--filter", "dangling=true")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task Heredocs_run_and_are_copied()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync(
            """
            FROM busybox
            RUN <<script
            kernel=$(cat /proc/sys/kernel/ostype)
            echo "on $kernel" > /ran
            script
            ENV PRICE=7
            COPY <<"quoted.txt" <<plain.txt /texts/
            costs $PRICE
            quoted.txt
            costs $PRICE
            plain.txt
            CMD ["cat", "/ran", "/texts/quoted.txt", "/texts/plain.txt"]
            """,
            "-t", "heredocs")).Succeeded();
        Assert.Equal("on Linux\ncosts $PRICE\ncosts 7\n", (await workspace.RunAsync("run", "--rm", "heredocs")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task The_quickstart_case_builds_and_runs()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        await workspace.UseCaseAsync("quickstart");
        (await workspace.BuildAsync("-t", "wordfreq", "--build-arg", "VERSION=9.9")).Succeeded();
        Assert.Equal("wordfreq 9.9\n", (await workspace.RunAsync("run", "--rm", "wordfreq", "-v")).Succeeded().Output);
        CommandResult counted = await workspace.RunWithInputAsync("b a b\n"u8.ToArray(), "run", "--rm", "-i", "wordfreq", "-n", "1", "-");
        Assert.Equal(["2", "b"], counted.Succeeded().Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [EndToEndTheory]
    [InlineData("variable")]
    [InlineData("argument")]
    public async Task A_source_date_dates_the_image_its_steps_and_the_files_of_a_tree(string way)
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        if (way == "variable") workspace.Environment["SOURCE_DATE_EPOCH"] = "1000000000";
        string[] flags = way == "argument" ? ["--build-arg", "SOURCE_DATE_EPOCH=1000000000"] : [];
        workspace.Write("old", "old");
        File.SetLastWriteTimeUtc(Path.Combine(workspace.Context, "old"), DateTime.UnixEpoch.AddSeconds(5000));
        workspace.Write("new", "new");
        string tar = workspace.PathTo("tree.tar");
        (await workspace.BuildTextAsync("FROM scratch\nCOPY old new /\nENV A=1\n", ["-t", "dated", "--load", "-o", $"type=tar,dest={tar}", .. flags])).Succeeded();
        Assert.Equal("2001-09-09T01:46:40Z\n", (await workspace.RunAsync("inspect", "-f", "{{.Created}}", "dated")).Succeeded().Output);
        string[] created = (await workspace.RunAsync("history", "--no-trunc", "--human=false", "--format", "{{.CreatedAt}}", "dated")).Succeeded().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, created.Length);
        Assert.All(created, time => Assert.StartsWith("2001-09-09T01:46:40", time, StringComparison.Ordinal));
        CommandResult listed = await new Command("tar", "--utc", "--full-time", "-tvf", tar).RunAsync();
        Assert.Contains("1970-01-01 01:23:20 old", listed.Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("2001-09-09 01:46:40 new", listed.Output, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_source_date_that_is_none_is_refused()
    {
        await using Workspace workspace = new();
        CommandResult result = await workspace.BuildTextAsync("FROM scratch\n", "--build-arg", "SOURCE_DATE_EPOCH=yesterday");
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("invalid SOURCE_DATE_EPOCH \"yesterday\": expected seconds since 1970", result.Error, StringComparison.Ordinal);
    }
}
