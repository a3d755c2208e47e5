using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.Builds;
using Builder.Cli.Hosting;
using Builder.Cli.Images;
using Builder.Cli.Rendering;
using Builder.Cli.Transfers;
using Builder.Oci;
using Builder.Runtime;
using Builder.Runtime.Containers;
using Builder.Runtime.Plans;
using Builder.Sandbox;
using Builder.Sandbox.ControlGroups;

namespace Builder.Cli.Containers;

/// <summary>Runs a container in the foreground.</summary>
internal sealed class RunCommand(CommandContext context)
{
    private const string ResolvConf = "/etc/resolv.conf";
    private const int MaxResolvConf = 64 << 10;

    /// <summary>Runs it; the exit code is the container's.</summary>
    public async Task<ExitCode> RunAsync(RunArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Options is { Terminal: true, Interactive: true } && !context.Terminal.InputIsTerminal)
            throw new CommandException("the input device is not a TTY", ExitCode.Failure, "leave out -t when standard input is not a terminal");
        foreach (string warning in arguments.Warnings) context.Terminal.Error.WriteLine($"WARNING: {warning}");
        string? cidFile = CheckCidFile(arguments.CidFile);
        using BuilderStore store = context.OpenStore();
        StoredImage image = await FindImageAsync(store, arguments, cancellationToken);
        EmulationCheck.Require(image);
        foreach (string source in arguments.BindSources.Where(s => !Path.Exists(s))) Directory.CreateDirectory(source);
        var containers = new ContainerStore(store.Root, TreeRemoval.Remove);
        containers.CollectDead();
        var runner = new ContainerRunner(store, containers, context.Sessions.CreateRunner(), context.Time);
        ContainerOptions options = arguments.Options with { ResolvConf = ReadResolvConf() };
        context.Terminal.Flush();
        using var force = new ForcedEnd(context.Interrupts);
        SandboxExit exit = await runner.RunAsync(
            image, arguments.Image, options, record => WriteCidFile(cidFile, record), force.Token);
        if (exit.ExitCode != 0 && LimitReport.Describe(exit) is { Length: > 0 } met) context.Terminal.Error.WriteLine($"builder: exit code {exit.ExitCode}{met}");
        return new ExitCode(exit.ExitCode);
    }

    private static void WriteCidFile(string? path, ContainerRecord record)
    {
        if (path is not null) File.WriteAllText(path, record.Id);
    }

    private static string? ReadResolvConf()
    {
        var file = new FileInfo(ResolvConf);
        return file.Exists && file.Length <= MaxResolvConf ? File.ReadAllText(ResolvConf) : null;
    }

    private string? CheckCidFile(string? cidFile)
    {
        if (cidFile is null) return null;
        string path = context.Environment.FullPath(cidFile);
        return Path.Exists(path)
            ? throw new CommandException($"container id file found, make sure the other container isn't running or delete {cidFile}", ExitCode.Refused)
            : path;
    }

    private async Task<StoredImage> FindImageAsync(BuilderStore store, RunArguments arguments, CancellationToken cancellationToken)
    {
        StoredImage? local = arguments.Pull == PullPolicy.Always ? null : PlatformImages.Find(store, arguments.Image, arguments.Platform);
        if (local is not null) return local;
        if (arguments.Pull == PullPolicy.Never) throw ImageLookup.Missing(arguments.Image);
        ImageReference reference = ImageNames.Parse(arguments.Image);
        if (arguments.Pull == PullPolicy.Missing) context.Terminal.Error.WriteLine($"Unable to find image '{reference.FamiliarName}' locally");
        using var progress = new PlainProgress(context.Terminal.Error);
        var hub = new EventHub(progress, new StepLog());
        return await new ImagePuller(store, context.Registry, new EventReporting(hub.Publish, context.Time)).PullAsync(reference, arguments.Platform ?? Platform.Current, cancellationToken);
    }

    // Signals go to the container. One that ignores them is killed at the third, as with docker.
    private sealed class ForcedEnd : IDisposable
    {
        private const int Patience = 3;
        private readonly CancellationTokenSource _source = new();
        private readonly IInterrupts? _interrupts;
        private int _count;

        public ForcedEnd(IInterrupts? interrupts)
        {
            _interrupts = interrupts;
            if (interrupts is not null) interrupts.Signaled += OnSignal;
        }

        public CancellationToken Token => _source.Token;

        public void Dispose()
        {
            if (_interrupts is not null) _interrupts.Signaled -= OnSignal;
            _source.Dispose();
        }

        private void OnSignal(int signal)
        {
            if (Interlocked.Increment(ref _count) == Patience) _source.Cancel();
        }
    }
}
