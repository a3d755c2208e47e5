using Builder.Oci.Collections;
using Builder.Sandbox.Plans;

namespace Builder.Runtime.Plans;

/// <summary>What the caller wants on top of what the image says.</summary>
public sealed record ContainerOptions
{
    /// <summary>Replaces the image's CMD; empty for none.</summary>
    public EquatableArray<string> Arguments { get; init; }

    /// <summary>Null: the image's. Else it replaces the image's and drops its CMD; empty text clears it.</summary>
    public string? Entrypoint { get; init; }

    /// <summary><c>NAME=value</c>, in order; later ones win.</summary>
    public EquatableArray<string> Environment { get; init; }

    /// <summary>Null: the image's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Null: the image's.</summary>
    public string? User { get; init; }

    public EquatableArray<string> ExtraGroups { get; init; }

    /// <summary>Null: the first digits of the container's id.</summary>
    public string? Hostname { get; init; }

    public SandboxNetwork Network { get; init; }

    /// <summary>What it may do.</summary>
    public SecurityProfile Security { get; init; } = SecurityProfile.Default;

    /// <summary>Whether it gets a terminal of its own.</summary>
    public bool Terminal { get; init; }

    /// <summary>Whether standard input is passed on.</summary>
    public bool Interactive { get; init; }

    public bool ReadOnlyRoot { get; init; }

    /// <summary>In order.</summary>
    public EquatableArray<SandboxMount> Mounts { get; init; }

    /// <summary><c>host=ip</c> each.</summary>
    public EquatableArray<string> ExtraHosts { get; init; }

    /// <summary>Size of /dev/shm in bytes, or null for the default.</summary>
    public long? SharedMemoryBytes { get; init; }

    /// <summary>Limits of the container as a whole.</summary>
    public ControlGroupLimits GroupLimits { get; init; } = ControlGroupLimits.Default;

    /// <summary>Text for /etc/resolv.conf, or null to leave the image's.</summary>
    public string? ResolvConf { get; init; }

    /// <summary>Null: one at random.</summary>
    public string? Name { get; init; }

    public EquatableArray<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary>Remove it when it ends.</summary>
    public bool AutoRemove { get; init; }
}
