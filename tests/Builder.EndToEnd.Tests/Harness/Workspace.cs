using System.Text;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>A directory of one test: its own store, its own context, its own HOME. Disposing takes all of it away.</summary>
internal sealed class Workspace : IAsyncDisposable
{
    private readonly string _directory;

    public Workspace()
    {
        // Not Path.GetTempPath(): /tmp may be a tmpfs, where overlayfs and sparse files behave otherwise than on a disk.
        string parent = System.Environment.GetEnvironmentVariable("BUILDER_TEST_DIRECTORY") ?? "/var/tmp";
        Token = "bt" + Guid.NewGuid().ToString("N")[..12];
        _directory = Path.Combine(parent, Token);
        Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Context);
        Directory.CreateDirectory(Home);
    }

    /// <summary>A workspace that something is done with first; when that fails, nothing of it stays.</summary>
    public static async Task<Workspace> CreateAsync(Func<Workspace, Task> prepare)
    {
        Workspace workspace = new();
        try
        {
            await prepare(workspace);
            return workspace;
        }
        catch
        {
            await workspace.DisposeAsync();
            throw;
        }
    }

    /// <summary>A word that is on the command line or in the environment of every process this workspace starts.</summary>
    public string Token { get; }

    /// <summary>BUILDER_ROOT.</summary>
    public string Store => PathTo("store");

    public string Context => PathTo("context");

    public string Home => PathTo("home");

    /// <summary>Set for every command, besides BUILDER_ROOT and HOME.</summary>
    public Dictionary<string, string?> Environment { get; } = [];

    public string PathTo(string relative) => Path.Combine(_directory, relative);

    /// <summary>Writes a text file into the context.</summary>
    public string Write(string relative, string content)
    {
        string path = Path.Combine(Context, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Copies a case of the corpus into the context.</summary>
    public async Task UseCaseAsync(string name) =>
        (await new Command("cp", "-a", Repository.Case(name) + "/.", Context).RunAsync()).Succeeded();

    public Command Command(params IEnumerable<string> arguments)
    {
        Dictionary<string, string?> environment = new(Environment, StringComparer.Ordinal)
        {
            ["BUILDER_ROOT"] = Store,
            ["HOME"] = Home,
            ["XDG_DATA_HOME"] = null,
        };
        return new Command(Repository.Binary, arguments) { Environment = environment, Directory = Context };
    }

    public Task<CommandResult> RunAsync(params IEnumerable<string> arguments) => Command(arguments).RunAsync();

    public Task<CommandResult> RunWithInputAsync(byte[] input, params IEnumerable<string> arguments) =>
        (Command(arguments) with { Input = input }).RunAsync();

    /// <summary>Builds the context with plain progress; arguments come before the context.</summary>
    public Task<CommandResult> BuildAsync(params IEnumerable<string> arguments) =>
        RunAsync(["build", "--progress", "plain", .. arguments, Context]);

    /// <summary>Builds a Dockerfile given as text.</summary>
    public Task<CommandResult> BuildTextAsync(string dockerfile, params IEnumerable<string> arguments)
    {
        Write("Dockerfile", dockerfile);
        return BuildAsync(arguments);
    }

    /// <summary>Puts the busybox base image into the store.</summary>
    public async Task ImportBusyboxAsync() =>
        (await RunAsync("import", await BaseImages.BusyboxAsync(), "busybox:latest")).Succeeded();

    /// <summary>Puts the Debian base image into the store.</summary>
    public async Task ImportDebianAsync() =>
        (await RunAsync("import", await BaseImages.DebianAsync(), "debian:bookworm")).Succeeded();

    /// <summary>Fails when a process of this workspace is alive or one of its directories is mounted.</summary>
    public async Task AssertNothingLeftAsync()
    {
        // A killed process takes a moment to be gone.
        IReadOnlyList<string> left = [];
        for (int attempt = 0; attempt < 50; attempt++)
        {
            left = [.. ProcessTable.MentioningInCommandOrEnvironment(Token), .. MountsHere()];
            if (left.Count == 0)
                return;
            await Task.Delay(100);
        }

        Assert.Fail("left behind:\n" + string.Join('\n', left));
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Store) && File.Exists(Repository.Binary))
        {
            // Files of the store belong to ids that only the user namespace can touch.
            CommandResult removed = await RunAsync("unshare", "rm", "-rf", Store);
            Assert.True(removed.ExitCode == 0 && !Directory.Exists(Store), $"the store could not be removed:\n{removed}");
        }

        CommandResult rest = await new Command("rm", "-rf", _directory).RunAsync();
        if (rest.ExitCode == 0)
            return;
        (await new Command("chmod", "-R", "u+rwX", _directory).RunAsync()).Succeeded();
        (await new Command("rm", "-rf", _directory).RunAsync()).Succeeded();
    }

    private IEnumerable<string> MountsHere() =>
        File.ReadLines("/proc/self/mountinfo", Encoding.Latin1)
            .Where(line => line.Contains(Token, StringComparison.Ordinal)).Select(line => "mounted: " + line);
}
