using Builder.Sandbox;
using Builder.Sandbox.Host;
using Builder.Sandbox.Mounts;
using Builder.Sandbox.Sessions;

namespace Builder.Cli.Hosting;

/// <summary>The real way into the user namespace: Builder.Sandbox's sessions.</summary>
internal sealed class SandboxSessionHost : ISessionHost
{
    private Session? _session;

    /// <inheritdoc/>
    public bool IsInside => Session.IsActive;

    /// <inheritdoc/>
    public int RestartInside(IReadOnlyList<string> arguments) => SessionLauncher.Run(arguments);

    /// <inheritdoc/>
    public IInterrupts Enter()
    {
        _session = Session.Enter();
        return new SessionInterrupts(_session);
    }

    /// <inheritdoc/>
    public ISandboxRunner CreateRunner() => new SandboxRunner(_session);

    /// <inheritdoc/>
    public bool CanOverlay(string directory) => OverlayProbe.IsSupported(directory);

    /// <inheritdoc/>
    public MachineReport Probe()
    {
        HostCapabilities found = HostCapabilities.Probe();
        return new MachineReport(
            found.Tier ?? "none that works",
            [
                new("Kernel", found.Kernel),
                new("User", $"{found.Caller.UserName} (uid {found.Caller.Uid}, gid {found.Caller.Gid})"),
                new("User ids", string.Join(", ", found.Caller.UidMap)),
                new("Group ids", string.Join(", ", found.Caller.GidMap)),
                new("Overlayfs", found.Overlay ? "yes" : "no: images are copied instead"),
                new("Control groups", found.ControlGroups),
            ],
            found.Problem,
            found.Hint);
    }

    private sealed class SessionInterrupts : IInterrupts
    {
        private readonly Session _session;

        public SessionInterrupts(Session session)
        {
            _session = session;
            session.Signaled += OnSignal;
        }

        public event Action<int>? Signaled;

        public CancellationToken Token => _session.Stopping;

        public ExitCode ExitCode => StopSignals.ExitCodeOf(_session.FirstStop);

        public void Dispose()
        {
            _session.Signaled -= OnSignal;
            _session.Dispose();
        }

        private void OnSignal(int signal)
        {
            if (StopSignals.Contains(signal)) Signaled?.Invoke(signal);
        }
    }
}
