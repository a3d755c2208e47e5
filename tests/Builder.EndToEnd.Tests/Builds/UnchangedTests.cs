using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>A build that finds everything costs next to nothing, and is never fooled.</summary>
public sealed class UnchangedTests
{
    [EndToEndFact]
    public async Task A_build_that_finds_everything_starts_no_session_and_leaves_a_right_archive_alone()
    {
        await using Workspace workspace = new();
        string archive = workspace.PathTo("image.tar");
        string[] arguments = ["-t", "a", "--output", $"type=docker,dest={archive}"];
        workspace.Write("a", "1");
        (await workspace.BuildTextAsync("FROM scratch\nCOPY a /a\n", arguments)).Succeeded();
        byte[] right = File.ReadAllBytes(archive);

        CommandResult again = (await BuildWithoutSessionAsync(workspace, arguments)).Succeeded();
        Assert.Contains("all 1 steps cached, nothing was executed", again.Error, StringComparison.Ordinal);
        Assert.Contains("image.tar is up to date", again.Error, StringComparison.Ordinal);

        byte[] damaged = [.. right];
        damaged[^1500] ^= 1;
        File.WriteAllBytes(archive, damaged);
        Assert.DoesNotContain("up to date", (await BuildWithoutSessionAsync(workspace, arguments)).Succeeded().Error, StringComparison.Ordinal);
        Assert.Equal(right, File.ReadAllBytes(archive));

        File.Delete(archive);
        (await BuildWithoutSessionAsync(workspace, [.. arguments, "-t", "b"])).Succeeded();
        Assert.NotEqual(right, File.ReadAllBytes(archive));
        (await BuildWithoutSessionAsync(workspace, arguments)).Succeeded();
        Assert.Equal(right, File.ReadAllBytes(archive));

        workspace.Write("a", "2");
        Assert.NotEqual(0, (await BuildWithoutSessionAsync(workspace, arguments)).ExitCode);
        Assert.Contains("not cached: a: content changed", (await workspace.BuildAsync(arguments)).Succeeded().Error, StringComparison.Ordinal);
        Assert.NotEqual(right, File.ReadAllBytes(archive));
    }

    // Where no user namespace can be made there is no way into a session.
    private static Task<CommandResult> BuildWithoutSessionAsync(Workspace workspace, string[] arguments)
    {
        Command build = workspace.Command(["build", "--progress", "plain", .. arguments, workspace.Context]);
        const string Script = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"";
        return (build with { Program = "unshare", Arguments = ["-r", "sh", "-c", Script, "sh", build.Program, .. build.Arguments] }).RunAsync();
    }

    [EndToEndFact]
    public async Task Other_content_of_the_same_size_and_time_is_noticed_however_well_the_file_is_known()
    {
        await using Workspace workspace = new();
        string file = workspace.Write("a", "1");
        File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        // Long enough for the file to be remembered.
        await Task.Delay(TimeSpan.FromSeconds(3.5));
        (await workspace.BuildTextAsync("FROM scratch\nCOPY a /a\n")).Succeeded();
        (await workspace.BuildAsync("--expect-cached")).Succeeded();
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(workspace.Store, "contexts")));

        workspace.Write("a", "2");
        File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Contains("not cached: a: content changed", (await workspace.BuildAsync()).Succeeded().Error, StringComparison.Ordinal);

        string other = workspace.Write("b", "3");
        File.SetLastWriteTimeUtc(other, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.Move(other, file, overwrite: true);
        Assert.Contains("not cached: a: content changed", (await workspace.BuildAsync()).Succeeded().Error, StringComparison.Ordinal);
    }
}
