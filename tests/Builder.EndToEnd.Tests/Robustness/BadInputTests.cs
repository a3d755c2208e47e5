using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Robustness;

/// <summary>Bad input: one clear error, the right exit code, a store as good as before.</summary>
public sealed class BadInputTests
{
    public static TheoryData<string, string[]> BadDockerfiles => new()
    {
        { "FROM busybox\nRUM echo hello\n", ["Dockerfile:2", "RUM", "^", "RUN"] },
        { "FROM busybox\nCOPY no-such-file /x\n", ["Dockerfile:2", "no-such-file"] },
        { "FROM busybox AS build\nFROM scratch\nCOPY --from=biuld /a /b\n", ["Dockerfile:3", "biuld", "^", "build"] },
        { "FROM busybox\nRUN echo before && exit 3\n", ["Dockerfile:2", "exit code: 3", "before"] },
        { "FROM busybox\nRUN no-such-command\n", ["Dockerfile:2", "127", "not found"] },
        { "FROM busybox\nRUN [\"/no/such/program\"]\n", ["Dockerfile:2", "/no/such/program"] },
        { "FROM busybox\nUSER nobody-of-that-name\nRUN true\n", ["Dockerfile:3", "nobody-of-that-name"] },
        { "RUN true\n", ["Dockerfile:1", "FROM"] },
        { "FROM busybox\nENV\n", ["Dockerfile:2", "ENV"] },
        { "FROM busybox\nCOPY --chwon=1 a b\n", ["Dockerfile:2", "--chwon", "--chown"] },
        { "# nothing but a comment\n", ["no"] },
        { "FROM localhost:1/no/such/image\n", ["localhost:1/no/such/image"] },
    };

    [EndToEndTheory]
    [MemberData(nameof(BadDockerfiles))]
    public async Task A_bad_dockerfile_gets_one_clear_error(string dockerfile, string[] expected)
    {
        await using Workspace workspace = await WithGoodImageAsync();
        CommandResult result = (await workspace.BuildTextAsync(dockerfile)).ExitedWith(1);
        foreach (string part in expected)
            Assert.True(result.Error.Contains(part, StringComparison.OrdinalIgnoreCase), $"'{part}' is not in:\n{result}");
        await AssertClearAndStoreUnharmedAsync(workspace, result);
    }

    [EndToEndFact]
    public async Task An_unknown_target_names_the_nearest()
    {
        await using Workspace workspace = await WithGoodImageAsync();
        CommandResult result = (await workspace.BuildTextAsync("FROM busybox AS release\n", "--target", "relaese")).ExitedWith(1);
        Assert.Contains("relaese", result.Error, StringComparison.Ordinal);
        Assert.Contains("release", result.Error, StringComparison.Ordinal);
        await AssertClearAndStoreUnharmedAsync(workspace, result);
    }

    [EndToEndFact]
    public async Task A_dockerfile_that_is_not_there_is_named()
    {
        await using Workspace workspace = await WithGoodImageAsync();
        File.Delete(Path.Combine(workspace.Context, "Dockerfile"));
        CommandResult result = (await workspace.BuildAsync()).ExitedWith(1);
        Assert.Contains("Dockerfile", result.Error, StringComparison.Ordinal);
        await AssertClearAndStoreUnharmedAsync(workspace, result);
        CommandResult context = (await workspace.RunAsync("build", workspace.PathTo("no-such-directory"))).ExitedWith(1);
        Assert.Contains("no-such-directory", context.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_context_that_can_t_be_read_is_named()
    {
        await using Workspace workspace = await WithGoodImageAsync();
        string dockerfile = workspace.Write("Dockerfile", "FROM scratch\nCOPY mem /all\n");
        // Root reads everything on a disk, but nobody reads the memory of a process from its beginning.
        CommandResult result = (await workspace.RunAsync("build", "--progress", "plain", "-f", dockerfile, "/proc/self")).ExitedWith(1);
        Assert.Contains("can't read 'mem' in the build context: Input/output error", result.Error, StringComparison.Ordinal);
        if (!Environment.IsPrivilegedProcess)
        {
            CommandResult closed = (await workspace.RunAsync("build", "--progress", "plain", "-f", dockerfile, "/root")).ExitedWith(1);
            Assert.Contains("ermission denied", closed.Error, StringComparison.Ordinal);
        }

        await AssertClearAndStoreUnharmedAsync(workspace, result);
    }

    [EndToEndFact]
    public async Task A_link_that_leads_in_a_circle_is_named()
    {
        await using Workspace workspace = await WithGoodImageAsync();
        File.CreateSymbolicLink(Path.Combine(workspace.Context, "circle"), "circle");
        CommandResult result = (await workspace.BuildTextAsync("FROM scratch\nCOPY circle/x /x\n")).ExitedWith(1);
        Assert.Contains("circle", result.Error, StringComparison.Ordinal);
        await AssertClearAndStoreUnharmedAsync(workspace, result);
    }

    [EndToEndFact]
    public async Task A_store_that_can_t_be_made_is_named()
    {
        await using Workspace workspace = new();
        string file = workspace.Write("file", "not a directory\n");
        CommandResult result = await workspace.RunAsync("--root", Path.Combine(file, "store"), "images");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(file, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [EndToEndFact(Ability.Root)]
    public async Task A_full_disk_fails_the_build_clearly_and_the_store_works_when_there_is_room_again()
    {
        await using Workspace workspace = new();
        string mountPoint = Directory.CreateDirectory(workspace.PathTo("small-disk")).FullName;
        string script = workspace.PathTo("on-a-small-disk.sh");
        workspace.Write("Full.Dockerfile", "FROM busybox\nRUN head -c 100000000 /dev/zero > /big\n");
        workspace.Write("Copy.Dockerfile", "FROM scratch\nCOPY large /large\n");
        workspace.Write("Fits.Dockerfile", "FROM busybox\nRUN echo fits > /fits\n");
        await File.WriteAllBytesAsync(Path.Combine(workspace.Context, "large"), new byte[80 << 20]);
        await File.WriteAllTextAsync(script, $"""
            set -u
            mount -t tmpfs -o size=32m none "{mountPoint}" || exit 99
            export BUILDER_ROOT="{mountPoint}/store"
            b="{Repository.Binary}"
            $b import "{await BaseImages.BusyboxAsync()}" busybox:latest >/dev/null || exit 98
            $b build --progress plain -f Full.Dockerfile . ; echo "=run $?" >&2
            $b build --progress plain -f Copy.Dockerfile . ; echo "=copy $?" >&2
            $b build --progress plain -t fits -f Fits.Dockerfile . ; echo "=fits $?" >&2
            $b run --rm fits cat /fits ; echo "=container $?" >&2
            """);
        CommandResult result = (await new Command("unshare", "--mount", "--propagation", "private", "sh", script)
        {
            Directory = workspace.Context,
            Environment = new Dictionary<string, string?> { ["HOME"] = workspace.Home },
        }.RunAsync()).Succeeded();
        Assert.Contains("=run 1\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("=copy 1\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("=fits 0\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("=container 0\n", result.Error, StringComparison.Ordinal);
        Assert.True(result.Error.Split("No space left on device").Length > 2, result.ToString());
        Assert.Equal("fits\n", result.Output);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static Task<Workspace> WithGoodImageAsync() => Workspace.CreateAsync(async workspace =>
    {
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync("FROM busybox\nRUN echo good > /good\n", "-t", "good")).Succeeded();
    });

    private static async Task AssertClearAndStoreUnharmedAsync(Workspace workspace, CommandResult failure)
    {
        Assert.DoesNotContain("   at ", failure.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", failure.Error, StringComparison.Ordinal);
        int errors = failure.Error.Split('\n').Count(
            line => line.StartsWith("builder: ", StringComparison.Ordinal) || line.StartsWith("error", StringComparison.OrdinalIgnoreCase));
        Assert.True(errors <= 1, $"{errors} errors in:\n{failure}");
        Assert.Equal("good\n", (await workspace.RunAsync("run", "--rm", "good", "cat", "/good")).Succeeded().Output);
        await workspace.AssertNothingLeftAsync();
    }
}
