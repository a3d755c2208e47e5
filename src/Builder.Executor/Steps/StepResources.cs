using Builder.Cache;
using Builder.Executor.Running;
using Builder.Executor.Secrets;
using Builder.Executor.Sharing;

namespace Builder.Executor.Steps;

/// <summary>What the steps of one build use besides files.</summary>
/// <param name="options">From the command line.</param>
/// <param name="store">Where cache mounts are kept and sockets may lie.</param>
/// <param name="time">The clock.</param>
/// <param name="sharedMounts">What new cache mounts are filled from, or null.</param>
internal sealed class StepResources(StepOptions options, BuilderStore store, TimeProvider time, SharedMounts? sharedMounts = null) : IDisposable
{
    public StepOptions Options => options;

    public SharedMounts? SharedMounts => sharedMounts;

    public SecretStore Secrets { get; } = new(options.Secrets);

    /// <summary>What the log must not show; set before the first step runs.</summary>
    public SecretMask Mask { get; set; } = new([]);

    public SshAgents Agents { get; } = new(options.SshAgents, store.Snapshots);

    public CacheMounts Caches { get; } = new(store.Root, time);

    public void Dispose() => Agents.Dispose();
}
