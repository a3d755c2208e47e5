using System.Runtime.InteropServices;

namespace Builder.Cli.Hosting;

/// <summary>Turns SIGINT, SIGTERM and SIGHUP of this process into cancellation, so that teardown runs.</summary>
internal sealed class InterruptScope : IInterrupts
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _first;

    public InterruptScope()
    {
        Register(PosixSignal.SIGINT, StopSignals.Interrupt);
        Register(PosixSignal.SIGTERM, StopSignals.Terminate);
        Register(PosixSignal.SIGHUP, StopSignals.Hangup);
    }

    /// <inheritdoc/>
    public event Action<int>? Signaled;

    /// <inheritdoc/>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public ExitCode ExitCode => StopSignals.ExitCodeOf(_first);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Register(PosixSignal signal, int number) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Interlocked.CompareExchange(ref _first, number, 0);
        _source.Cancel();
        Signaled?.Invoke(number);
    }));
}
