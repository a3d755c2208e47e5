using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Steps;

/// <summary>RUN --mount=type=ssh.</summary>
public sealed class SshTests
{
    [EndToEndFact(Ability.Ssh)]
    public async Task Keys_given_as_files_are_served_by_an_agent_to_the_user_the_mount_names()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportDebianAsync());
        string key = await MakeKeyAsync(workspace, "");
        workspace.Write("ask", Asking);
        (await workspace.BuildTextAsync(
            """
            FROM debian:bookworm
            COPY ask /ask
            RUN --mount=type=ssh [ "$SSH_AUTH_SOCK" = /run/buildkit/ssh_agent.0 ] && [ "$(stat -c %F:%a:%u:%g $SSH_AUTH_SOCK)" = socket:600:0:0 ]
            RUN --mount=type=ssh perl /ask 11 12
            RUN --mount=type=ssh perl /ask 19 5
            RUN --mount=type=ssh --mount=type=ssh,id=default,target=/s,mode=0660,uid=5,gid=6 [ "$(stat -c %a:%u:%g /s)" = 660:5:6 ]
            USER 5
            RUN --mount=type=ssh,uid=5 perl /ask 11 12
            RUN --mount=type=ssh ! perl /ask 11 12 2>/dev/null
            USER 0
            ENV SSH_AUTH_SOCK=/own
            RUN --mount=type=ssh,required [ "$SSH_AUTH_SOCK" = /own ]
            """, "--ssh", $"default={key}")).Succeeded();
        await workspace.AssertNothingLeftAsync();
        string material = (await File.ReadAllLinesAsync(key))[2];
        Assert.Equal("", (await workspace.RunAsync("unshare", "grep", "-rlF", "-e", material, "-e", key, workspace.Store)).ExitedWith(1).Output);
        string locked = await MakeKeyAsync(workspace, "passphrase");
        CommandResult refused = (await workspace.BuildTextAsync("FROM debian:bookworm\nRUN --mount=type=ssh,id=k true\n", "--ssh", $"k={locked}")).ExitedWith(1);
        Assert.Contains("of --ssh k can't be used", refused.Error, StringComparison.Ordinal);
    }

    [EndToEndFact(Ability.Ssh)]
    public async Task A_running_agent_is_reached_and_a_missing_one_is_told()
    {
        await using Workspace workspace = await Workspace.CreateAsync(w => w.ImportDebianAsync());
        workspace.Write("ask", Asking);
        string socket = workspace.PathTo("agent");
        using RunningCommand agent = new Command("ssh-agent", "-D", "-a", socket).Start();
        for (int i = 0; i < 600 && !File.Exists(socket); i++) await Task.Delay(100);
        try
        {
            const string Dockerfile = "FROM debian:bookworm\nCOPY ask /\nRUN --mount=type=ssh perl /ask 11 12\nRUN --mount=type=ssh,id=k,target=/k,required SSH_AUTH_SOCK=/k perl /ask 11 12\n";
            workspace.Environment["SSH_AUTH_SOCK"] = socket;
            (await workspace.BuildTextAsync(Dockerfile, "--ssh", "default", "--ssh", $"k={socket}")).Succeeded();
            Assert.Equal("", (await workspace.RunAsync("unshare", "grep", "-rlF", "-e", socket, workspace.Store)).ExitedWith(1).Output);
            Assert.Contains("the SSH agent 'k' is required", (await workspace.BuildAsync("--no-cache", "--ssh", "default")).ExitedWith(1).Error, StringComparison.Ordinal);
        }
        finally
        {
            agent.Kill();
        }

        CommandResult without = (await workspace.BuildTextAsync("FROM debian:bookworm\nRUN --mount=type=ssh [ ! -e /run/buildkit ]\n")).Succeeded();
        Assert.Contains("the SSH agent 'default' was not given to the build", without.Error, StringComparison.Ordinal);
        workspace.Environment["SSH_AUTH_SOCK"] = null;
        Assert.Contains("SSH_AUTH_SOCK is not set", (await workspace.BuildAsync("--ssh", "default")).ExitedWith(125).Error, StringComparison.Ordinal);
    }

    // Sends one request of the agent protocol without a body and compares the kind of the answer.
    private const string Asking =
        """
        use IO::Socket::UNIX;
        my $socket = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $ENV{SSH_AUTH_SOCK}) or die "connect: $!";
        print $socket pack('NC', 1, $ARGV[0]);
        $socket->flush();
        read($socket, my $answer, 5) == 5 or die 'no answer';
        my ($length, $kind) = unpack('NC', $answer);
        die "answer $kind" if $kind != $ARGV[1];
        """;

    private static async Task<string> MakeKeyAsync(Workspace workspace, string passphrase)
    {
        string path = workspace.PathTo("key" + passphrase);
        (await new Command("ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", path).RunAsync()).Succeeded();
        return path;
    }
}
