using Builder.EndToEnd.Tests.Builds;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>
/// A dockerd of the tests' own, on its own socket and directories, without any network set-up; the reference to compare with. Or one that somebody
/// else started, for tests that don't run as root.
/// </summary>
public sealed class PrivateDocker : IAsyncLifetime
{
    private readonly string _directory = Path.Combine("/var/tmp", $"bd{Guid.NewGuid().ToString("N")[..8]}");
    private RunningCommand? _daemon;

    /// <summary>Where a dockerd listens that is already there; null to start one.</summary>
    public string? Host { get; init; }

    private string Socket => Host ?? "unix://" + Path.Combine(_directory, "docker.sock");

    public async Task InitializeAsync()
    {
        if (Host is null && Requires.ReasonToSkip([Ability.Docker]) is not null)
            return; // Every test that would use it is skipped.
        Directory.CreateDirectory(_directory);
        if (Host is not null)
        {
            (await Client("version").RunAsync()).Succeeded();
            return;
        }

        _daemon = new Command(
            "dockerd",
            "--bridge=none",
            "--iptables=false",
            "--ip6tables=false",
            $"--host={Socket}",
            $"--data-root={Path.Combine(_directory, "data")}",
            $"--exec-root={Path.Combine(_directory, "exec")}",
            $"--pidfile={Path.Combine(_directory, "pid")}").Start();
        for (int attempt = 0; attempt < 600 && !_daemon.HasExited; attempt++)
        {
            if ((await Client("version").RunAsync()).ExitCode == 0)
                return;
            await Task.Delay(200);
        }

        if (!_daemon.HasExited)
            _daemon.Kill();
        CommandResult result = await _daemon.WaitAsync(TimeSpan.FromSeconds(10));
        throw new InvalidOperationException($"dockerd did not start:\n{result}");
    }

    /// <summary>Runs the client.</summary>
    internal Task<CommandResult> RunAsync(params IEnumerable<string> arguments) => Client(arguments).RunAsync();

    /// <summary>Builds a context with Docker's own BuildKit, on the host's network.</summary>
    internal async Task<CommandResult> BuildAsync(string context, string tag) =>
        (await TryBuildAsync(context, tag)).Succeeded();

    /// <summary>The same, with further arguments; it may fail.</summary>
    internal Task<CommandResult> TryBuildAsync(string context, string tag, params IEnumerable<string> arguments) =>
        RunAsync(["build", "--network=host", "-t", tag, .. arguments, context]);

    /// <summary>The file tree that a container of an image sees.</summary>
    internal async Task<byte[]> ExportAsync(string image)
    {
        // An image without a command can't be "created"; this command is never run.
        string container = (await RunAsync("create", "--network=none", image, "/never-run")).Succeeded().Output.Trim();
        byte[] tree = (await RunAsync("export", container)).Succeeded().OutputBytes;
        (await RunAsync("rm", "-v", container)).Succeeded();
        return tree;
    }

    public async Task DisposeAsync()
    {
        if (_daemon is null)
        {
            if (Directory.Exists(_directory))
                Directory.Delete(_directory, recursive: true);
            return;
        }

        await Command.SignalAsync(_daemon.Id, "TERM");
        await _daemon.WaitAsync(TimeSpan.FromSeconds(60));
        _daemon.Dispose();
        // containerd's shims of the exec root may have left mounts when a test was interrupted.
        foreach (string mount in File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(IsOurs).Reverse().ToList())
            await new Command("umount", "-l", mount).RunAsync();
        (await new Command("rm", "-rf", _directory).RunAsync()).Succeeded();
    }

    private bool IsOurs(string mountPoint) => mountPoint.StartsWith(_directory + "/", StringComparison.Ordinal);

    private Command Client(params IEnumerable<string> arguments) =>
        // Debian's own client speaks the daemon's version; another one earlier on the PATH may not.
        new(Command.Exists("/usr/bin/docker") ? "/usr/bin/docker" : "docker", arguments)
        {
            Environment = new Dictionary<string, string?>
            {
                ["DOCKER_HOST"] = Socket,
                ["DOCKER_CONFIG"] = _directory,
                ["DOCKER_BUILDKIT"] = "1",
                ["DOCKER_CONTEXT"] = null,
                ["BUILDKIT_PROGRESS"] = "plain",
            },
        };
}

/// <summary>Tests that share the one private dockerd.</summary>
[CollectionDefinition(Name)]
public sealed class DockerTests : ICollectionFixture<PrivateDocker>, ICollectionFixture<ImageBuilds>
{
    public const string Name = "docker";
}
