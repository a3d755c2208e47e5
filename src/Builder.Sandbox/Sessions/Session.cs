using System.Runtime.InteropServices;
using Builder.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Sessions;

/// <summary>The inner side: this process when it runs inside the user namespace.</summary>
public sealed class Session : IDisposable
{
    private readonly SafeFileHandle _lifeline;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    private Session(SafeFileHandle lifeline) => _lifeline = lifeline;

    /// <summary>Raised, on a thread of its own, for every signal the caller got.</summary>
    public event Action<int>? Signaled;

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
        var session = new Session(new SafeFileHandle(SessionLauncher.LifelineDescriptor, ownsHandle: true));
        foreach (int signal in SessionSignals.Forwarded)
            session._registrations.Add(PosixSignalRegistration.Create(SessionSignals.ToPosix(signal), context => context.Cancel = true));
        new Thread(session.Listen) { IsBackground = true, Name = "lifeline" }.Start();
        return session;
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
                if (signal is SessionSignals.Interrupt or SessionSignals.Terminate or SessionSignals.Hangup) _stop.Cancel();
                Signaled?.Invoke(signal);
            }
        }

        // The caller is gone, by SIGKILL perhaps. This is pid 1 of the session: the kernel ends all the rest with it.
        ProcessCalls.ExitNow(137);
    }
}
