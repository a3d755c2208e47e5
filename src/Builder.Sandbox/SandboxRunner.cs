using Builder.Linux;
using Builder.Linux.Processes;
using Builder.Linux.Seccomp;
using Builder.Sandbox.ControlGroups;
using Builder.Sandbox.Init;
using Builder.Sandbox.Plans;
using Builder.Sandbox.Running;
using Builder.Sandbox.Seccomp;
using Builder.Sandbox.Sessions;

namespace Builder.Sandbox;

/// <summary>Runs containers inside a session.</summary>
/// <param name="session">Whose signals foreground containers get; null when none are passed on.</param>
public sealed class SandboxRunner(Session? session) : ISandboxRunner
{
    /// <inheritdoc/>
    public async Task<SandboxExit> RunAsync(SandboxPlan plan, SandboxIo io, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PlanCheck.Check(plan);
        byte[]? filter = CompileFilter(plan.Security);
        using StandardStreams streams = StandardStreams.For(io);
        using ContainerGroup? group = ContainerGroup.Create(plan.GroupLimits);
        if (group is not { BoundsProcesses: true }) plan = BoundProcessesOfUsers(plan);
        StubReport stubs = StubReport.None;
        try
        {
            await using ContainerProcess process = StartProcess(plan.Network, streams, group);
            streams.CloseTheirs();
            Join(group, process);
            Task reading = StartReading(io, streams);
            await using CancellationTokenRegistration registration = cancellationToken.Register(() => process.Signal(9));
            using TerminalRelay? terminal = io is TerminalIo terminalIo ? new TerminalRelay(terminalIo.AttachInput) : null;
            process.Control.Send(PlanCodec.Encode(plan, terminal is not null, filter));
            (stubs, FailedMessage? failure) = await Task.Run(() => Converse(process, terminal), CancellationToken.None);
            using IDisposable? forwarding = io is CapturedIo || session is null ? null : new SignalRelay(session, process, terminal);
            ProcessEnd end = await process.Ended;
            await reading;
            if (terminal is not null) await terminal.DrainAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (failure is not null) throw new SandboxException(failure.Text, failure.ExitCode) { Hint = failure.Hint };
            return new SandboxExit(end.ExitCode, end.Signal) { Usage = group?.Read() ?? ControlGroupUsage.None };
        }
        finally
        {
            StubRemover.Remove(plan.Root, stubs);
        }
    }

    // Without a group each user inside has the limit for itself, in all containers of the session together: getrlimit(2). The machine's root has none.
    private static SandboxPlan BoundProcessesOfUsers(SandboxPlan plan)
    {
        if (plan.GroupLimits is not { PidsIfPossible: true, Pids: { } pids } || plan.Limits.Any(l => l.Resource == ResourceLimit.Processes)) return plan;
        ulong most = Math.Min((ulong)pids, ProcessCalls.HardLimit(ResourceLimit.Processes));
        return plan with { Limits = [.. plan.Limits, new ResourceLimit("nproc", ResourceLimit.Processes, most, most)] };
    }

    private static byte[]? CompileFilter(SecurityProfile security)
    {
        try
        {
            return security.Seccomp is { } profile ? SeccompPrograms.For(profile, security.Capabilities) : null;
        }
        catch (SeccompException e)
        {
            throw new SandboxException($"the container's system calls can't be filtered: {e.Message}", 125, e);
        }
    }

    private static ContainerProcess StartProcess(SandboxNetwork network, StandardStreams streams, ContainerGroup? group)
    {
        try
        {
            return ContainerProcess.Start(network, streams, group);
        }
        catch (SyscallException e)
        {
            throw new SandboxException($"a container could not be started: {e.Message}", 125, e);
        }
        catch (IOException e)
        {
            throw Refused(e);
        }
    }

    // Returns when the program runs, has failed to start, or the init died.
    private static (StubReport Stubs, FailedMessage? Failure) Converse(ContainerProcess process, TerminalRelay? terminal)
    {
        StubReport? stubs = null;
        while (process.Control.Receive() is { } message)
        {
            switch (InitMessage.Decode(message))
            {
                case TerminalMessage opened when terminal is not null:
                    terminal.Start(ProcessCalls.TakeDescriptor(process.Pid, opened.Descriptor));
                    process.Control.Send([]);
                    break;
                case PreparedMessage done:
                    stubs = done.Stubs;
                    break;
                case FailedMessage failed:
                    return (stubs ?? StubReport.None, failed);
            }
        }

        return stubs is not null ? (stubs, null) : (StubReport.None, new FailedMessage(125, "the container's init ended before the container was set up"));
    }

    // Before the plan is sent: all that the container ever starts is inside.
    private static void Join(ContainerGroup? group, ContainerProcess process)
    {
        try
        {
            group?.Add(process.Pid);
        }
        catch (IOException e)
        {
            throw Refused(e);
        }
    }

    private static SandboxException Refused(IOException e) => new($"the container can't be moved into its control group: {e.Message}", 125, e);

    private static Task StartReading(SandboxIo io, StandardStreams streams) =>
        io is CapturedIo captured && streams is { ReadOutput: { } output, ReadError: { } error }
            ? Task.WhenAll(OutputReader.Start(output, 1, captured.OnOutput), OutputReader.Start(error, 2, captured.OnOutput))
            : Task.CompletedTask;
}
