using Builder.Sandbox;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Tests.Running;

/// <summary>Runs a callback instead of a container.</summary>
internal sealed class FakeSandboxes(Func<SandboxPlan, CapturedIo, SandboxExit> run) : ISandboxRunner
{
    public List<SandboxPlan> Plans { get; } = [];

    public Task<SandboxExit> RunAsync(SandboxPlan plan, SandboxIo io, CancellationToken cancellationToken)
    {
        lock (Plans) Plans.Add(plan);
        return Task.FromResult(run(plan, (CapturedIo)io));
    }
}
