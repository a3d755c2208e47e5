using System.Collections.Immutable;
using System.Text;
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

    /// <summary>Whether the build fails when its result holds one of the secrets.</summary>
    public bool ScansForSecrets { get; init; } = true;

    /// <summary>By id.</summary>
    public ImmutableDictionary<string, SshSource> SshAgents { get; init; } = ImmutableDictionary<string, SshSource>.Empty;

    /// <summary>Size of /dev/shm, or null for the default.</summary>
    public long? SharedMemoryBytes { get; init; }

    /// <summary>Limits of each step's process.</summary>
    public EquatableArray<ResourceLimit> Limits { get; init; }

    /// <summary>Limits of each step as a whole. Unless told otherwise, a step can't make processes without end.</summary>
    public ControlGroupLimits GroupLimits { get; init; } = ControlGroupLimits.Default;

    /// <summary>A secret as text, for what is fetched with a login; null when it wasn't given. Blocks while it is read: a header is small.</summary>
    /// <exception cref="OperationException">It was given but can't be had.</exception>
    public string? SecretText(string id) =>
        new SecretStore(Secrets).ReadAsync(id, CancellationToken.None).GetAwaiter().GetResult() is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
