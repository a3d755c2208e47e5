using System.Runtime.InteropServices;
using Builder.Linux.Files;
using Builder.Linux.Mounts;
using Builder.Linux.Processes;
using Builder.Sandbox.ControlGroups;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Sessions;

/// <summary>The inner side: this process when it runs inside the user namespace.</summary>
public sealed class Session : IDisposable
{
    private const int AllOfNamespace = -1;
    private const int KillSignal = 9;
    private readonly SafeFileHandle _lifeline;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _firstStop;

    private Session(SafeFileHandle lifeline) => _lifeline = lifeline;

    /// <summary>Raised, on a thread of its own, for every signal the caller got.</summary>
    public event Action<int>? Signaled;

    /// <summary>The first signal that asked for an end, or 0. It may have come before anybody could listen.</summary>
    public int FirstStop => Volatile.Read(ref _firstStop);

    /// <summary>Whether this process is a session.</summary>
    public static bool IsActive => Environment.GetEnvironmentVariable(SessionLauncher.EnvironmentVariable) is not null;

    /// <summary>Canceled at the first SIGINT, SIGTERM or SIGHUP.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Takes up the caller's lifeline. Once per process.</summary>
    public static Session Enter()
    {
        const int WritableByOwnerOnly = 0x12;
        ProcessCalls.SetCloseOnExec(SessionLauncher.LifelineDescriptor);
        Environment.SetEnvironmentVariable("DOTNET_EnableDiagnostics", null);
        ProcessCalls.SetUmask(WritableByOwnerOnly);
        ShieldExecutable();
        var session = new Session(new SafeFileHandle(SessionLauncher.LifelineDescriptor, ownsHandle: true));
        foreach (int signal in SessionSignals.Forwarded)
            session._registrations.Add(PosixSignalRegistration.Create(SessionSignals.ToPosix(signal), context => context.Cancel = true));
        new Thread(session.Listen) { IsBackground = true, Name = "lifeline" }.Start();
        return session;
    }

    // A container's first process is this program until it becomes the container's own, and through /proc/self/exe a hostile image could get hold of
    // the file, which its root (the caller) may write (CVE-2019-5736). Started from a read-only mount, it can't be opened for writing.
    private static void ShieldExecutable()
    {
        if (Environment.ProcessPath is not { } path) return;
        using SafeFileHandle shield = MountCalls.CloneTree(null, path, recursive: false);
        MountCalls.SetAttributes(shield, MountAttributes.ReadOnly, recursive: false, path);
        using DirectoryHandle directory = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
        using SafeFileHandle place = directory.OpenPathBeneath(UnixPath.Encode(Path.GetFileName(path)), followLast: false);
        MountCalls.Attach(shield, place, path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }

    private void Listen()
    {
        Span<byte> buffer = stackalloc byte[16];
        for (int length; (length = DescriptorCalls.Read(_lifeline, buffer)) > 0;)
        {
            foreach (byte signal in buffer[..length])
            {
                if (signal is SessionSignals.Interrupt or SessionSignals.Terminate or SessionSignals.Hangup)
                {
                    Interlocked.CompareExchange(ref _firstStop, signal, 0);
                    _stop.Cancel();
                }

                Signaled?.Invoke(signal);
            }
        }

        // The caller is gone, by SIGKILL perhaps. This is pid 1 of the session: the kernel ends all the rest with it, but leaves the control groups.
        if (ContainerGroup.AnyLive)
        {
            ProcessCalls.Kill(AllOfNamespace, KillSignal);
            ContainerGroup.RemoveAll();
        }

        ProcessCalls.ExitNow(137);
    }
}
