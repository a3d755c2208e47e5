using System.Globalization;
using System.Text.Json.Nodes;
using Builder.EndToEnd.Tests.Builds;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Crashes;

/// <summary>What happens to the store when it is full, damaged or in the middle of something.</summary>
[Collection(MeasuredTests.Name)]
public sealed class StoreTests
{
    [EndToEndFact]
    public async Task Builds_killed_at_random_points_leave_nothing_and_damage_nothing()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        using StringWriter log = new(CultureInfo.InvariantCulture);
        await new KilledBuilds(workspace, seed: 7, log).RunAsync(kills: 4);
    }

    [EndToEndFact]
    public async Task A_store_with_a_limit_never_takes_more_whatever_is_built()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        using StringWriter log = new(CultureInfo.InvariantCulture);
        await new LimitedBuilds(workspace, seed: 7, limit: 60_000_000, log).RunAsync(builds: 8);
    }

    [EndToEndFact]
    public async Task A_build_that_needs_more_than_the_limit_is_told_so_and_leaves_room_again()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Environment["BUILDER_CACHE_MAX"] = "20MB";
        CommandResult result = await workspace.BuildTextAsync("FROM busybox\nRUN dd if=/dev/urandom of=/big bs=1M count=200\n");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has reached its limit of 20,000,000 bytes", result.Error, StringComparison.Ordinal);
        await workspace.AssertNothingLeftAsync();
        (await workspace.BuildTextAsync("FROM busybox\nRUN echo small > /small\n")).Succeeded();
    }

    [EndToEndFact]
    public async Task Damage_in_the_store_is_never_served_and_heals_with_the_next_build()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("Dockerfile", "FROM busybox\nRUN seq 100000 > /numbers\nCMD [\"sha256sum\", \"/numbers\"]\n");
        (await workspace.BuildAsync("-t", "app")).Succeeded();
        string expected = (await workspace.RunAsync("run", "--rm", "app")).Succeeded().Output;

        // The layer that the build made: its image names it last.
        string layer = (await workspace.RunAsync("inspect", "--format", "{{index .RootFS.Layers 1}}", "app")).Succeeded().Output.Trim();
        string blob = Path.Combine(workspace.Store, "blobs", "sha256", layer["sha256:".Length..]);
        Flip(blob);
        JsonNode report = JsonNode.Parse((await workspace.RunAsync("store", "check", "--format", "json")).Output)!;
        Assert.False((bool)report["Ok"]!);
        Assert.Contains(report["Problems"]!.AsArray(), p => (string?)p!["Kind"] == "blob" && (string?)p["ID"] == layer);
        Assert.NotEqual(0, (await workspace.RunAsync("save", "-o", workspace.PathTo("app.tar"), "app")).ExitCode);

        // Made again of the same files, the layer is the same.
        (await workspace.BuildAsync("-t", "app")).Succeeded();
        Assert.Equal(expected, (await workspace.RunAsync("run", "--rm", "app")).Succeeded().Output);
        (await workspace.RunAsync("store", "check")).Succeeded();
        (await workspace.RunAsync("save", "-o", workspace.PathTo("app.tar"), "app")).Succeeded();

        foreach (string record in Directory.GetFiles(Path.Combine(workspace.Store, "records"))) await File.WriteAllTextAsync(record, "{");
        await File.WriteAllTextAsync(Path.Combine(workspace.Store, "version"), "");
        (await workspace.BuildAsync("-t", "app")).Succeeded();
        Assert.Equal(expected, (await workspace.RunAsync("run", "--rm", "app")).Succeeded().Output);
        (await workspace.RunAsync("store", "check")).Succeeded();
    }

    [EndToEndFact]
    public async Task What_takes_room_is_shown_as_du_shows_it_and_pruned()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync("FROM busybox\nRUN dd if=/dev/urandom of=/a bs=1M count=4 2>/dev/null\nRUN dd if=/dev/urandom of=/b bs=1M count=4 2>/dev/null\n", "-t", "app")).Succeeded();
        (await workspace.RunAsync("run", "app", "true")).Succeeded();
        Assert.StartsWith("TYPE            TOTAL     ACTIVE    SIZE", (await workspace.RunAsync("system", "df")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("Build cache usage", (await workspace.RunAsync("system", "df", "-v")).Succeeded().Output, StringComparison.Ordinal);

        (await workspace.RunAsync("image", "prune", "-af")).Succeeded();
        (await workspace.RunAsync("inspect", "app")).Succeeded();
        Assert.EndsWith("[y/N] Total reclaimed space: 0B\n", (await workspace.RunAsync("container", "prune")).Succeeded().Output, StringComparison.Ordinal);
        (await workspace.RunWithInputAsync("y\n"u8.ToArray(), "container", "prune")).Succeeded();
        Assert.Contains("untagged: app:latest", (await workspace.RunAsync("image", "prune", "-a", "-f")).Succeeded().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Deleted", (await workspace.RunAsync("builder", "prune", "-f", "--filter", "until=1h")).Succeeded().Output, StringComparison.Ordinal);
        (await workspace.RunAsync("cache", "prune", "-af")).Succeeded();
        Assert.Equal("", (await workspace.RunAsync("cache", "ls", "--format", "{{.ID}}")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task A_store_of_a_newer_version_is_refused()
    {
        await using Workspace workspace = new();
        (await workspace.RunAsync("images")).Succeeded();
        await File.WriteAllTextAsync(Path.Combine(workspace.Store, "version"), """{"version":9,"new":1}""");
        CommandResult refused = await workspace.RunAsync("images");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("has version 9", refused.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(workspace.Store, "version"), """{"version":1}""");
    }

    [EndToEndFact(Ability.Root)]
    public async Task A_full_disk_is_one_clear_error_and_no_repair_is_needed_afterwards()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("Dockerfile", "FROM busybox\nARG N\nRUN dd if=/dev/urandom of=/a bs=64k count=$N\n");
        Directory.CreateDirectory(workspace.PathTo("disk"));

        // In a mount namespace of its own: nothing is left mounted, however this ends. The store is on a disk of 12 MB there.
        const string Script = """
            set -e
            mount -t tmpfs -o size=12m none "$1"
            export BUILDER_ROOT="$1/store"
            "$2" import "$4" busybox:latest
            "$2" build --progress plain --build-arg N=100 -t big "$3" 2> "$1.log" && exit 3
            cat "$1.log" >&2
            test -z "$(ls "$1/store/tmp"; ls -d "$1/store/snapshots/"d-* 2>/dev/null)" || exit 4
            "$2" store check > /dev/null
            "$2" build --progress plain --build-arg N=2 -t small "$3" 2>&1
            "$2" run --rm small ls /a
            """;
        CommandResult result = await new Command(
            "unshare", "-m", "sh", "-c", Script, "sh", workspace.PathTo("disk"), Repository.Binary, workspace.Context, await BaseImages.BusyboxAsync())
        { Environment = new Dictionary<string, string?> { ["HOME"] = workspace.Home } }.RunAsync();
        result.Succeeded();
        Assert.EndsWith("/a\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("o space left on device", result.Error, StringComparison.Ordinal);
    }

    private static void Flip(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        int value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }
}
