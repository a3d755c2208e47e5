using System.Collections.Immutable;
using Builder.Oci.Collections;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Steps;

/// <summary>What RUN steps get from the command line. Nothing of it is part of a cache key.</summary>
public sealed record StepOptions
{
    /// <summary>Nothing special.</summary>
    public static StepOptions Default { get; } = new();

    /// <summary>By id.</summary>
    public ImmutableDictionary<string, SecretSource> Secrets { get; init; } = ImmutableDictionary<string, SecretSource>.Empty;

    /// <summary>By id.</summary>
    public ImmutableDictionary<string, SshSource> SshAgents { get; init; } = ImmutableDictionary<string, SshSource>.Empty;

    /// <summary>Size of /dev/shm, or null for the default.</summary>
    public long? SharedMemoryBytes { get; init; }

    /// <summary>Limits of each step's process.</summary>
    public EquatableArray<ResourceLimit> Limits { get; init; }
}
