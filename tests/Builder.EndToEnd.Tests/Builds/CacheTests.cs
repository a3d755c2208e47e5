using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>What runs again and what does not.</summary>
public sealed class CacheTests
{
    [EndToEndFact]
    public async Task A_second_identical_build_executes_nothing_says_so_and_makes_the_same_image()
    {
        await using Workspace workspace = await CacheStepsAsync();
        string first = await BuildAsync(workspace, "left ran", "right ran", "join ran");
        CommandResult second = (await workspace.BuildAsync("--iidfile", workspace.PathTo("iid"))).Succeeded();
        Assert.Contains("nothing was executed", second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(" ran", Steps(second), StringComparison.Ordinal);
        Assert.Equal(first, await File.ReadAllTextAsync(workspace.PathTo("iid")));
    }

    [EndToEndFact]
    public async Task A_changed_context_file_runs_only_what_depends_on_it()
    {
        await using Workspace workspace = await CacheStepsAsync();
        await BuildAsync(workspace, "left ran", "right ran", "join ran");
        workspace.Write("left.txt", "changed\n");
        await BuildAsync(workspace, "left ran", "join ran");
        Assert.Equal("CHANGED\nRIGHT\n", (await workspace.RunAsync("run", "--rm", "cached")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task A_change_that_ends_in_the_same_result_stops_there()
    {
        await using Workspace workspace = await CacheStepsAsync();
        await BuildAsync(workspace, "left ran", "right ran", "join ran");
        workspace.Write("left.txt", "LEFT\n");
        // The branch runs again, but what it makes is what was there, so the copy from it and the step after it are found.
        await BuildAsync(workspace, "left ran");
    }

    [EndToEndFact]
    public async Task A_touched_or_unrelated_file_runs_nothing()
    {
        await using Workspace workspace = await CacheStepsAsync();
        await BuildAsync(workspace, "left ran", "right ran", "join ran");
        File.SetLastWriteTimeUtc(Path.Combine(workspace.Context, "left.txt"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        workspace.Write("unrelated.txt", "nobody copies this\n");
        await BuildAsync(workspace);
    }

    [EndToEndFact]
    public async Task No_cache_runs_everything_again()
    {
        await using Workspace workspace = await CacheStepsAsync();
        await BuildAsync(workspace, "left ran", "right ran", "join ran");
        CommandResult again = (await workspace.BuildAsync("--no-cache", "-t", "cached")).Succeeded();
        foreach (string step in new[] { "left ran", "right ran", "join ran" })
            Assert.Contains(step, Steps(again), StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_build_argument_is_part_of_a_step_only_where_it_is_declared()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        const string Dockerfile = """
            FROM busybox
            RUN echo "before"" ran"
            ARG FLAVOUR
            RUN echo "after"" ran $FLAVOUR" | tee /flavour
            ENV FLAVOUR_SEEN=$FLAVOUR
            CMD ["sh", "-c", "cat /flavour; echo $FLAVOUR_SEEN"]
            """;
        (await workspace.BuildTextAsync(Dockerfile, "--build-arg", "FLAVOUR=sweet", "-t", "flavoured")).Succeeded();
        CommandResult second = (await workspace.BuildTextAsync(Dockerfile, "--build-arg", "FLAVOUR=sour", "-t", "flavoured")).Succeeded();
        Assert.DoesNotContain("before ran", Steps(second), StringComparison.Ordinal);
        Assert.Contains("after ran sour", Steps(second), StringComparison.Ordinal);
        Assert.Equal("after ran sour\nsour\n", (await workspace.RunAsync("run", "--rm", "flavoured")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task An_environment_variable_in_the_image_only_changes_with_its_argument()
    {
        await using Workspace workspace = new();
        const string Dockerfile = "FROM scratch\nARG x\nENV y=$x\n";
        string[] seen = new string[2];
        for (int i = 0; i < 2; i++)
        {
            (await workspace.BuildTextAsync(Dockerfile, "--build-arg", $"x={i}", "-t", "argenv")).Succeeded();
            seen[i] = (await workspace.RunAsync("inspect", "-f", "{{json .Config.Env}}", "argenv")).Succeeded().Output;
        }

        Assert.Contains("y=0", seen[0], StringComparison.Ordinal);
        Assert.Contains("y=1", seen[1], StringComparison.Ordinal);
    }

    private static Task<Workspace> CacheStepsAsync() => Workspace.CreateAsync(async workspace =>
    {
        await workspace.ImportBusyboxAsync();
        await workspace.UseCaseAsync("cache-steps");
    });

    /// <summary>Builds, and asserts which of the three telling steps ran; returns the image id.</summary>
    private static async Task<string> BuildAsync(Workspace workspace, params string[] ran)
    {
        string idFile = workspace.PathTo("iid");
        CommandResult result = (await workspace.BuildAsync("-t", "cached", "--iidfile", idFile)).Succeeded();
        string[] all = ["left ran", "right ran", "join ran"];
        Assert.Equal(ran, all.Where(step => Steps(result).Contains(step, StringComparison.Ordinal)));
        return await File.ReadAllTextAsync(idFile);
    }

    /// <summary>What the steps themselves wrote: lines with a step number and a time.</summary>
    private static string Steps(CommandResult result) =>
        string.Join('\n', result.Error.Split('\n').Where(line => System.Text.RegularExpressions.Regex.IsMatch(
            line, @"\A#\d+ \d+\.\d+ ", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))));
}
