using Builder.Sandbox.Sessions;

namespace Builder.Sandbox.Running;

/// <summary>Passes the caller's signals on to a foreground container.</summary>
internal sealed class SignalRelay : IDisposable
{
    private readonly Session _session;
    private readonly ContainerProcess _process;
    private readonly TerminalRelay? _terminal;

    public SignalRelay(Session session, ContainerProcess process, TerminalRelay? terminal)
    {
        (_session, _process, _terminal) = (session, process, terminal);
        _session.Signaled += Pass;
    }

    public void Dispose() => _session.Signaled -= Pass;

    private void Pass(int signal)
    {
        if (signal == SessionSignals.WindowChange) _terminal?.Resize();
        else _process.Signal(signal);
    }
}
