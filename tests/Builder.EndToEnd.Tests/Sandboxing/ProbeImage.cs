using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Sandboxing;

/// <summary>
/// An image with the programs of tests/sandbox, and what they look for outside: a process, an abstract socket and a port of the loopback interface. Its
/// steps have run the probe, once as root and once as another user.
/// </summary>
public sealed class ProbeImage : IAsyncLifetime, IDisposable
{
    /// <summary>Its name.</summary>
    public const string Name = "probes";

    private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly TcpListener _loopback = new(IPAddress.Loopback, 0);
    private RunningCommand? _outsider;

    internal Workspace Workspace { get; } = new();

    /// <summary>The probe on the machine itself.</summary>
    internal string Probe => Path.Combine(Workspace.Context, "probe");

    /// <summary>Arguments of the probe.</summary>
    internal string[] Outside { get; private set; } = [];

    /// <summary>What the steps printed, as root and as another user.</summary>
    internal (string Root, string User) Steps { get; private set; }

    public async Task InitializeAsync()
    {
        if (Requires.ReasonToSkip([Ability.Sandbox, Ability.Compiler]) is not null)
            return; // Every test that would use it is skipped.
        string loader = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "lib/ld-linux-aarch64.so.1" : "lib64/ld-linux-x86-64.so.2";
        Directory.CreateDirectory(Path.Combine(Workspace.Context, Path.GetDirectoryName(loader)!));
        await CompileAsync("probe.c", "probe");
        await CompileAsync("engine.c", loader, "-nostdlib", "-ffreestanding", "-fno-stack-protector");
        string script = Workspace.Write("engine", "#!/proc/self/exe\n");
        File.SetUnixFileMode(script, (UnixFileMode)0x1ED);
        ListenOutside();
        await Workspace.ImportBusyboxAsync();
        string result = Workspace.PathTo("steps");
        (await Workspace.BuildTextAsync(
            $"""
            FROM busybox AS {Name}
            COPY . /
            RUN mkdir -m 777 /out
            RUN --network=none /probe {string.Join(' ', Outside)} > /out/root
            USER 1000:1000
            RUN --network=none /probe {string.Join(' ', Outside)} > /out/user
            FROM scratch
            COPY --from={Name} /out /
            """,
            "-o", result)).Succeeded();
        Steps = (await File.ReadAllTextAsync(Path.Combine(result, "root")), await File.ReadAllTextAsync(Path.Combine(result, "user")));
        (await Workspace.BuildAsync("--target", Name, "-t", Name)).Succeeded();
    }

    public async Task DisposeAsync()
    {
        _outsider?.Dispose();
        await Workspace.DisposeAsync();
    }

    public void Dispose()
    {
        _abstract.Dispose();
        _loopback.Dispose();
    }

    private async Task CompileAsync(string source, string program, params string[] options) =>
        (await new Command("gcc", ["-O1", "-static", .. options, "-o", Path.Combine(Workspace.Context, program), Repository.PathTo($"tests/sandbox/{source}")]).RunAsync())
            .Succeeded();

    private void ListenOutside()
    {
        _abstract.Bind(new UnixDomainSocketEndPoint('\0' + Workspace.Token));
        _abstract.Listen();
        _loopback.Start();
        _outsider = new Command("sleep", "600").Start();
        Outside =
        [
            _outsider.Id.ToString(CultureInfo.InvariantCulture), Workspace.Token,
            ((IPEndPoint)_loopback.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture),
        ];
    }
}
