using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Two machines, each with a store of its own, and a cache between them.</summary>
public sealed class SharedCacheTests
{
    private const string Steps = """
        FROM busybox AS build
        RUN echo "make"" ran"; mkdir /out; echo made > /out/made
        FROM busybox
        WORKDIR /app
        COPY file .
        COPY --from=build /out/ /app/
        RUN echo "last"" ran" | tee /last
        """;

    private static readonly Fault[] Faults = Enum.GetValues<Fault>();

    [EndToEndFact]
    public async Task A_machine_that_starts_cold_finds_every_step_in_a_directory_that_another_one_filled()
    {
        await using Workspace workspace = new();
        await PrepareAsync(workspace);
        string first = await IdAsync(workspace, "build", "--cache-to", $"type=local,dest={workspace.PathTo("cache")},mode=max");
        await MoveAsync(workspace, "second");
        Assert.Equal(first, await IdAsync(workspace, "second", "--expect-cached", "--cache-from", $"type=local,src={workspace.PathTo("cache")}"));

        // Now its own store has it, layers below the last one included.
        workspace.Write("Dockerfile", Steps.Replace("last\"", "other\"", StringComparison.Ordinal));
        CommandResult changed = (await workspace.BuildAsync()).Succeeded();
        Assert.Contains("other ran", changed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("make ran", changed.Error, StringComparison.Ordinal);
    }

    [EndToEndFact(Ability.Registry)]
    public async Task Registries_carry_caches_and_images_their_own()
    {
        await using TestRegistry registry = await TestRegistry.StartAsync();
        await using Workspace workspace = new();
        await PrepareAsync(workspace);
        string target = $"type=registry,ref={registry.Host}/cache:max,mode=max";
        string first = await IdAsync(workspace, "build", "--cache-to", target, "--cache-to", "type=inline", "--push", "-t", $"{registry.Host}/image:1");
        await MoveAsync(workspace, "second");
        Assert.Equal(first, await IdAsync(workspace, "inline", "--expect-cached", "--cache-from", $"{registry.Host}/image:1", "--cache-to", "type=inline"));

        // What the target has is not sent again.
        CommandResult again = (await workspace.BuildAsync("--cache-from", $"{registry.Host}/cache:max", "--cache-to", target)).Succeeded();
        Assert.Contains("0 layers sent", again.Error, StringComparison.Ordinal);
        await MoveAsync(workspace, "third");
        workspace.Write("Dockerfile", Steps.Replace("FROM busybox\n", "FROM busybox\nRUN echo new\n", StringComparison.Ordinal));
        CommandResult changed = (await workspace.BuildAsync("--cache-from", $"{registry.Host}/cache:max")).Succeeded();
        Assert.DoesNotContain("make ran", changed.Error, StringComparison.Ordinal);
        Assert.Contains("last ran", changed.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_build_that_fails_shares_what_was_finished()
    {
        await using Workspace workspace = new();
        await PrepareAsync(workspace);
        workspace.Write("Dockerfile", Steps + "\nRUN false\n");
        string cache = workspace.PathTo("cache");
        (await workspace.BuildAsync("--cache-to", $"type=local,dest={cache}")).ExitedWith(1);
        await MoveAsync(workspace, "second");
        workspace.Write("Dockerfile", Steps);
        (await workspace.BuildAsync("--expect-cached", "--cache-from", $"type=local,src={cache}")).Succeeded();
    }

    [EndToEndFact]
    public async Task A_cache_mount_goes_along_to_a_machine_that_starts_cold()
    {
        const string Dockerfile = "FROM busybox\nARG who\nRUN --mount=type=cache,target=/c,id=shared echo \"found: $(cat /c/list)\"; echo $who >> /c/list\n";
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync(Dockerfile, "--build-arg", "who=first", "--mount-cache-to", $"type=local,dest={workspace.PathTo("mounts")}")).Succeeded();
        await MoveAsync(workspace, "second");
        CommandResult second = (await workspace.BuildTextAsync(
            Dockerfile, "--build-arg", "who=second", "--mount-cache-from", $"type=local,src={workspace.PathTo("nowhere")}", "--mount-cache-from", $"type=local,src={workspace.PathTo("mounts")}"))
            .Succeeded();
        Assert.Contains("found: first", second.Error, StringComparison.Ordinal);
        Assert.Contains("WARNING: the cache mounts of", second.Error, StringComparison.Ordinal);
    }

    [EndToEndFact(Ability.Registry)]
    public async Task Whatever_goes_wrong_with_a_cache_the_build_succeeds_with_the_same_image()
    {
        await using TestRegistry registry = await TestRegistry.StartAsync();
        await using FaultyProxy proxy = new(registry.Host);
        await using Workspace workspace = new();
        workspace.Environment["SOURCE_DATE_EPOCH"] = "1000000000";
        workspace.Environment["BUILDER_CACHE_TIMEOUT"] = "1";
        foreach (string name in new[] { "a", "b", "c" }) File.SetLastWriteTimeUtc(workspace.Write(name, name + "\n"), DateTime.UnixEpoch.AddDays(1));
        workspace.Write("Dockerfile", "FROM scratch AS left\nCOPY a /\nFROM scratch AS right\nCOPY b /\nFROM scratch\nCOPY --from=left /a /\nCOPY --from=right /b /\nCOPY c /\n");
        string expected = await IdAsync(workspace, "build", "--cache-to", $"type=registry,ref={registry.Host}/cache:1,mode=max");

        Assert.Equal(expected, await IdAsync(workspace, "healthy", "--root", workspace.PathTo("healthy"), "--expect-cached", "--cache-from", $"{proxy.Host}/cache:1"));
        int requests = proxy.Requests.Count;

        // The list, its document, and the three layers of the result: those of the other stages stay where they are.
        Assert.Equal(5, requests);
        bool isAll = Environment.GetEnvironmentVariable("BUILDER_ALL_FAULTS") == "1";
        for (int i = 0; i < Faults.Length * (isAll ? requests * 2 : 1); i++)
        {
            Fault fault = Faults[i % Faults.Length];
            int index = isAll ? i / Faults.Length / 2 : i % requests;
            bool forGood = isAll ? i / Faults.Length % 2 == 0 : true;
            proxy.FailAt(index, fault, forGood);
            string id = await IdAsync(workspace, $"{fault} at {index}", "--root", workspace.PathTo($"faulty{i}"), "--cache-from", $"{proxy.Host}/cache:1");
            Assert.True(expected == id, $"{fault} at request {index}{(forGood ? " and later" : "")}: {id} instead of {expected}");
        }
    }

    private static async Task PrepareAsync(Workspace workspace)
    {
        await workspace.ImportBusyboxAsync();
        workspace.Write("Dockerfile", Steps);
        workspace.Write("file", "text\n");
    }

    /// <summary>Goes on with another store, which has the same base image and nothing else.</summary>
    private static async Task MoveAsync(Workspace workspace, string name)
    {
        string archive = workspace.PathTo(name + ".tar");
        (await workspace.RunAsync("save", "busybox", "-o", archive)).Succeeded();
        (await workspace.RunAsync("unshare", "rm", "-rf", workspace.Store)).Succeeded();
        (await workspace.RunAsync("load", "-i", archive)).Succeeded();
    }

    private static async Task<string> IdAsync(Workspace workspace, string name, params string[] arguments)
    {
        string file = workspace.PathTo("iid");
        CommandResult result = await workspace.BuildAsync(["--iidfile", file, .. arguments]);
        Assert.True(result.ExitCode == 0, $"{name}: {result}");
        return await File.ReadAllTextAsync(file);
    }
}
