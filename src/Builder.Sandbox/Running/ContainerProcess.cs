using System.Runtime.ExceptionServices;
using Builder.Linux.Namespaces;
using Builder.Linux.Processes;
using Builder.Sandbox.ControlGroups;
using Builder.Sandbox.Init;
using Builder.Sandbox.Plans;
using Builder.Sandbox.Sessions;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Running;

/// <summary>A container's process, from the start of its init on. Disposing kills it and waits until it is gone.</summary>
internal sealed class ContainerProcess : IAsyncDisposable
{
    private const int FirstFreeDescriptor = 10;
    private const int KillSignal = 9;
    private readonly TaskCompletionSource<ProcessEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ContainerProcess(int pid, ControlChannel control) => (Pid, Control) = (pid, control);

    public int Pid { get; }

    public ControlChannel Control { get; }

    /// <summary>Completes when the process has ended and every other process of its pid namespace with it.</summary>
    public Task<ProcessEnd> Ended => _ended.Task;

    /// <summary>Starts an init in new namespaces.</summary>
    /// <param name="network">Whether it gets a network namespace.</param>
    /// <param name="streams">Descriptors that become 0, 1 and 2.</param>
    /// <param name="group">What it is to be in, or null.</param>
    public static ContainerProcess Start(SandboxNetwork network, StandardStreams streams, ContainerGroup? group)
    {
        NamespaceKinds kinds = NamespaceKinds.Mount | NamespaceKinds.Process | NamespaceKinds.Ipc | NamespaceKinds.HostName;
        if (network == SandboxNetwork.None) kinds |= NamespaceKinds.Network;
        (SafeFileHandle ours, SafeFileHandle theirs) = ProcessCalls.CreateSocketPair();
        using SafeFileHandle closing = theirs;
        using SafeFileHandle input = Raise(streams.Input);
        using SafeFileHandle output = Raise(streams.Output);
        using SafeFileHandle error = Raise(streams.Error);
        using SafeFileHandle control = Raise((int)theirs.DangerousGetHandle());
        IReadOnlyList<string> own = ExecutablePath.OwnCommand();
        using var spawner = new ProcessSpawner(
            own[0], [.. own, SandboxEntry.InitArgument], InitEnvironment(),
            [(Number(input), 0), (Number(output), 1), (Number(error), 2), (Number(control), ContainerInit.ControlDescriptor)]);
        int pid = SpawnIn(kinds, spawner, group);
        var process = new ContainerProcess(pid, new ControlChannel(ours));
        new Thread(process.Wait) { IsBackground = true, Name = $"container {pid}" }.Start();
        return process;
    }

    /// <summary>Sends a signal to the container's pid 1.</summary>
    public void Signal(int signal)
    {
        if (!Ended.IsCompleted) ProcessCalls.Kill(Pid, signal);
    }

    public async ValueTask DisposeAsync()
    {
        Signal(KillSignal);
        await Ended;
        Control.Dispose();
    }

    // Once a thread has a new pid namespace for its children, the runtime can't make threads from it any more, so it only spawns and ends.
    private static int SpawnIn(NamespaceKinds kinds, ProcessSpawner spawner, ContainerGroup? group)
    {
        int pid = 0;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                group?.Enter();
                NamespaceCalls.Unshare(kinds);
                pid = spawner.Spawn();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return pid;
    }

    private static List<string> InitEnvironment()
    {
        // The init is a short-lived runtime: it needs no diagnostics and no profiles.
        List<string> environment = ["DOTNET_EnableDiagnostics=0", "DOTNET_TieredPGO=0"];
        foreach (string name in (string[])["DOTNET_ROOT", "DOTNET_HOST_PATH", "HOME", "PATH"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value) environment.Add($"{name}={value}");
        }

        return environment;
    }

    private static SafeFileHandle Raise(int descriptor) => ProcessCalls.Duplicate(descriptor, FirstFreeDescriptor);

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private void Wait()
    {
        try
        {
            _ended.SetResult(ProcessCalls.Wait(Pid));
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }
}
