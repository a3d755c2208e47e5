using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>The same inputs give the same bytes, wherever and by whomever they are built.</summary>
public sealed class ReproducibleTests
{
    private const string Dockerfile = "FROM busybox\nRUN mkdir /d && echo hi > /d/f && ln -s f /d/l && ln /d/f /d/h\nCOPY f /q/\n";

    // Written down, so that other machines and other users have to make the same.
    private const string OwnLayers = "\"sha256:9eb65fa3ddf3f406120e8ec950dafc879c47b4e4f0651bd096baa7b5f8cede7a\",\"sha256:73f6f5c2497793db7c01b4d9a6e77c46c1a3f17dd31a6e84b63ee249b170d58e\"]";

    [EndToEndFact]
    public async Task Another_directory_umask_time_zone_store_and_number_of_jobs_change_no_byte()
    {
        await using Workspace one = new();
        await using Workspace other = new();
        await one.ImportBusyboxAsync();
        string archive = one.PathTo("base.tar");
        (await one.RunAsync("save", "busybox", "-o", archive)).Succeeded();
        (await other.RunAsync("load", "-i", archive)).Succeeded();
        await BuildAsync(one, "022", "UTC", "1");
        await BuildAsync(other, "077", "Asia/Tokyo", "7");

        Assert.Equal(await File.ReadAllBytesAsync(one.PathTo("image.tar")), await File.ReadAllBytesAsync(other.PathTo("image.tar")));
        foreach (Workspace workspace in new[] { one, other })
        {
            string layers = (await workspace.RunAsync("inspect", "-f", "{{json .RootFS.Layers}}", "image")).Succeeded().Output.Trim();
            Assert.EndsWith(OwnLayers, layers, StringComparison.Ordinal);
        }
    }

    [EndToEndFact]
    public async Task Building_twice_names_the_first_file_that_differs()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("f", "f\n");
        (await workspace.BuildTextAsync(Dockerfile, "--verify-reproducible")).Succeeded();
        CommandResult result = (await workspace.BuildTextAsync(
            Dockerfile + "RUN mkdir /etc/x && echo same > /etc/x/a && cat /proc/sys/kernel/random/uuid > /etc/x/id && cat /proc/sys/kernel/random/uuid > /etc/x/later\n",
            "--verify-reproducible")).ExitedWith(1);
        Assert.Contains("not reproducible: built again, layer 4, of [4/4] RUN mkdir /etc/x", result.Error, StringComparison.Ordinal);
        Assert.Matches("differs in /etc/x/id: content, from byte [0-9]+ on", result.Error); // random texts may begin alike
    }

    [EndToEndFact]
    public async Task Times_are_not_rewritten_without_a_time_to_rewrite_them_to()
    {
        await using Workspace workspace = new();
        CommandResult result = (await workspace.BuildTextAsync("FROM scratch\n", "--output", "type=docker,dest=x.tar,rewrite-timestamp=true")).ExitedWith(125);
        Assert.Contains("hint: set SOURCE_DATE_EPOCH", result.Error, StringComparison.Ordinal);
    }

    private static async Task BuildAsync(Workspace workspace, string umask, string zone, string jobs)
    {
        string script = $"""
            umask {umask}
            mkdir -p place-{jobs}
            cd place-{jobs}
            echo f > f
            cat > Dockerfile
            exec "$0" build -q --no-cache --jobs {jobs} --context-modes git -t image -o type=image,rewrite-timestamp=true -o "type=oci,dest=$1,rewrite-timestamp=true" .
            """;
        Command command = workspace.Command();
        command = command with
        {
            Program = "sh",
            Arguments = ["-c", script, Repository.Binary, workspace.PathTo("image.tar")],
            Input = System.Text.Encoding.UTF8.GetBytes(Dockerfile),
            Environment = new Dictionary<string, string?>(command.Environment, StringComparer.Ordinal) { ["TZ"] = zone, ["SOURCE_DATE_EPOCH"] = "1000000000" },
        };
        (await command.RunAsync()).Succeeded();
    }
}
