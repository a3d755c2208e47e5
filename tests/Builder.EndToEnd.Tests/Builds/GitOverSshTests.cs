using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Git repositories behind a real sshd.</summary>
public sealed class GitOverSshTests
{
    [EndToEndFact(Ability.Git, Ability.SshServer)]
    public async Task A_repository_over_ssh_is_had_with_the_keys_given_to_the_build_from_a_known_host_alone()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportBusyboxAsync());
        string key = workspace.PathTo("key");
        (await new Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).RunAsync()).Succeeded();
        using SshServer server = await SshServer.StartAsync(workspace.PathTo("sshd"), key + ".pub");
        GitRepository app = await GitRepository.CreateAsync(workspace.PathTo("app"));
        await app.CommitAsync("d/Dockerfile", "FROM scratch\nCOPY x /\n");
        await app.CommitAsync("d/x", "over ssh");
        string url = $"ssh://{Environment.UserName}@127.0.0.1:{server.Port}{workspace.PathTo("app")}/.git";
        workspace.Environment["SSH_AUTH_SOCK"] = null;
        Task<CommandResult> BuildContextAsync(params string[] arguments) =>
            workspace.RunAsync(["build", "-o", workspace.PathTo("result"), .. arguments, url + "#main:d"]);

        CommandResult stranger = (await BuildContextAsync("--ssh", $"default={key}")).ExitedWith(1);
        Assert.Contains("the server's SSH key is not known", stranger.Error, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(workspace.Home, ".ssh"));
        await File.WriteAllTextAsync(Path.Combine(workspace.Home, ".ssh/known_hosts"), server.HostKey + "\n");
        CommandResult without = (await BuildContextAsync()).ExitedWith(1);
        Assert.Contains("the server takes none of the SSH keys", without.Error, StringComparison.Ordinal);
        Assert.Contains("--ssh default", without.Error, StringComparison.Ordinal);
        (await BuildContextAsync("--ssh", $"default={key}")).Succeeded();
        Assert.Equal("over ssh", await File.ReadAllTextAsync(workspace.PathTo("result/x")));

        // The context is named by who builds; what a Dockerfile names gets no keys that weren't given.
        string socket = workspace.PathTo("agent");
        using RunningCommand agent = new Command("ssh-agent", "-D", "-a", socket).Start();
        try
        {
            for (int i = 0; i < 600 && !File.Exists(socket); i++) await Task.Delay(100);
            workspace.Environment["SSH_AUTH_SOCK"] = socket;
            (await new Command("ssh-add", "-q", key) { Environment = workspace.Environment }.RunAsync()).Succeeded();
            string dockerfile = $"FROM busybox\nADD --keep-git-dir=true {url}#main /app/\nRUN --mount=type=ssh grep -q over /app/d/x\n";
            Assert.Contains("the server takes none of the SSH keys", (await workspace.BuildTextAsync(dockerfile)).ExitedWith(1).Error, StringComparison.Ordinal);
            (await workspace.BuildTextAsync(dockerfile, "--ssh", "default", "-t", "app", "--provenance=mode=max")).Succeeded();
            await app.CommitAsync("d/x", "again over ssh");
            (await BuildContextAsync()).Succeeded();
            Assert.Equal("again over ssh", await File.ReadAllTextAsync(workspace.PathTo("result/x")));
        }
        finally
        {
            agent.Kill();
        }

        string material = (await File.ReadAllLinesAsync(key))[2];
        Assert.Equal("", (await workspace.RunAsync("unshare", "grep", "-rlF", "-e", material, "-e", key, "-e", socket, workspace.Store)).ExitedWith(1).Output);
        server.Stop();
        await workspace.AssertNothingLeftAsync();
    }
}
