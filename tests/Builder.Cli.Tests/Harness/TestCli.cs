using System.Collections.Immutable;
using System.Text;
using Builder.Cli.Hosting;
using Builder.Cli.Terminals;
using Builder.Oci.Images;
using Builder.Sandbox;

namespace Builder.Cli.Tests.Harness;

/// <summary>The program in this process: streams in memory, a fixed clock, a session host that says what it is told.</summary>
internal sealed class TestCli : IDisposable
{
    private readonly MemoryStream _output = new();
    private readonly MemoryStream _error = new();

    public TestCli(bool insideSession = true, TerminalKind kind = TerminalKind.None, string input = "")
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("builder-cli-test-").FullName;
        Terminal = new Terminal(new MemoryStream(Encoding.UTF8.GetBytes(input)), _output, _error, kind, static () => (80, 24));
        Environment = new HostEnvironment(
            ImmutableDictionary<string, string>.Empty.Add("HOME", Directory).Add("TERM", "xterm").Add("BUILDER_ROOT", Path.Combine(Directory, "store")), Directory);
        Sessions = new FakeSessions(insideSession);
    }

    public string Directory { get; }

    public Terminal Terminal { get; }

    public HostEnvironment Environment { get; init; }

    public FakeSessions Sessions { get; }

    public ManualTime Time { get; } = new();

    public string Output => Read(_output);

    public string Error => Read(_error);

    public CommandContext Context => new(
        Terminal, Environment, Time, Sessions, new Lazy<IImageRegistry>(static () => throw new ImageSourceException("there is no registry in tests")));

    public int Run(params string[] arguments) => new CliApplication(Context).Run(arguments).Value;

    public string Write(string name, string content)
    {
        string path = Path.Combine(Directory, name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose()
    {
        Terminal.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private string Read(MemoryStream stream)
    {
        Terminal.Flush();
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}

/// <summary>Stands for the user namespace.</summary>
internal sealed class FakeSessions(bool isInside) : ISessionHost
{
    public const int ExitCodeInside = 42;

    public bool IsInside => isInside;

    public IReadOnlyList<string>? Restarted { get; private set; }

    public int RestartInside(IReadOnlyList<string> arguments)
    {
        Restarted = arguments;
        return ExitCodeInside;
    }

    public IInterrupts Enter() => new InterruptScope();

    public ISandboxRunner CreateRunner() => throw new SandboxException("no containers in tests", 125);

    public bool CanOverlay(string directory) => true;

    public MachineReport Probe() => new("none that works", [new("Kernel", "6.1")], "user namespaces are switched off", "sysctl kernel.unprivileged_userns_clone=1");
}
