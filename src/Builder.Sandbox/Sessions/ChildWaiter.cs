using Builder.Linux.Processes;

namespace Builder.Sandbox.Sessions;

/// <summary>A child that is waited for; killed when nobody does any more.</summary>
internal sealed class ChildWaiter(int pid) : IDisposable
{
    private const int Kill = 9;
    private ProcessEnd? _end;

    public ProcessEnd Wait() => _end ??= ProcessCalls.Wait(pid);

    public void Dispose()
    {
        if (_end is not null) return;
        ProcessCalls.Kill(pid, Kill);
        Wait();
    }
}
