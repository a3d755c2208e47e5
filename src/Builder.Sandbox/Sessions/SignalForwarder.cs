using System.Runtime.InteropServices;
using Builder.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Sessions;

/// <summary>
/// Sends the signals this process gets down the lifeline, one byte each. The session ignores those that reach it directly: a Ctrl-C goes to the
/// whole foreground group and would count twice.
/// </summary>
internal sealed class SignalForwarder : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _lifeline;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly List<byte> _early = [];
    private bool _released;

    public SignalForwarder(SafeFileHandle lifeline)
    {
        _lifeline = lifeline;
        foreach (int signal in SessionSignals.Forwarded) _registrations.Add(PosixSignalRegistration.Create(SessionSignals.ToPosix(signal), context => Forward(signal, context)));
    }

    /// <summary>Lets the session go on; signals that came before follow.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _released = true;
            Write([(byte)'\n', .. _early]);
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }

    private void Forward(int signal, PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate)
        {
            if (_released) Write([(byte)signal]);
            else _early.Add((byte)signal);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            DescriptorCalls.Write(_lifeline, bytes);
        }
        catch (IOException)
        {
            // The session is gone already; its exit code is on the way.
        }
    }
}
