using Builder.Sandbox.Plans;

namespace Builder.Executor.Running;

/// <summary>What the mounts of a RUN came to.</summary>
/// <param name="Mounts">Of the sandbox.</param>
/// <param name="AgentSocket">Where the first SSH agent is, or null.</param>
/// <param name="Secrets"><c>NAME=value</c> for the secrets that are variables.</param>
internal sealed record PreparedMounts(IReadOnlyList<SandboxMount> Mounts, string? AgentSocket = null, IReadOnlyList<string>? Secrets = null);
