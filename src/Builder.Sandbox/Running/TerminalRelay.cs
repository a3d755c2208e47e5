using Builder.Linux.Processes;
using Builder.Linux.Terminals;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Running;

/// <summary>Connects a container's terminal with the caller's: bytes both ways, the size, and the caller's settings put back at the end.</summary>
internal sealed class TerminalRelay(bool attachInput) : IDisposable
{
    private const int BufferSize = 16 << 10;
    private readonly byte[]? _settings = TerminalCalls.IsTerminal(0) ? TerminalCalls.ReadSettings(0) : null;
    private SafeFileHandle? _master;
    private Task _output = Task.CompletedTask;

    /// <summary>Takes the master side and begins.</summary>
    public void Start(SafeFileHandle master)
    {
        _master = master;
        Resize();
        if (_settings is not null && attachInput) TerminalCalls.WriteSettings(0, TerminalCalls.MakeRaw(_settings));
        _output = Task.Factory.StartNew(CopyOutput, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (attachInput) new Thread(CopyInput) { IsBackground = true, Name = "terminal input" }.Start();
    }

    /// <summary>Gives the container's terminal the size of the caller's.</summary>
    public void Resize()
    {
        if (_master is { IsClosed: false } master) TerminalCalls.CopySize(TerminalCalls.IsTerminal(0) ? 0 : 1, (int)master.DangerousGetHandle());
    }

    /// <summary>Waits until the container's last output has been written.</summary>
    public Task DrainAsync() => _output;

    public void Dispose()
    {
        if (_settings is not null && attachInput) TerminalCalls.WriteSettings(0, _settings);
    }

    private void CopyOutput()
    {
        using var output = new SafeFileHandle(1, ownsHandle: false);
        Copy(_master!, output);
    }

    private void CopyInput()
    {
        using var input = new SafeFileHandle(0, ownsHandle: false);
        Copy(input, _master!);
    }

    private static void Copy(SafeFileHandle from, SafeFileHandle to)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            for (int length; (length = DescriptorCalls.Read(from, buffer)) > 0;) DescriptorCalls.Write(to, buffer.AsSpan(0, length));
        }
        catch (IOException)
        {
            // EIO is how a terminal says that its other side is closed.
        }
    }
}
