namespace Builder.Sandbox.Plans;

/// <summary>Everything one container is made of, as data: a test can assert it without privileges, one interpreter carries it out.</summary>
public sealed record SandboxPlan
{
    public required RootFileSystem Root { get; init; }

    /// <summary>Mounts on top of the standard ones (/proc, /dev, /sys ...), in order.</summary>
    public IReadOnlyList<SandboxMount> Mounts { get; init; } = [];

    public required SandboxProcess Process { get; init; }

    /// <summary>Name in the uts namespace.</summary>
    public string Hostname { get; init; } = "builder";

    public SandboxNetwork Network { get; init; } = SandboxNetwork.Host;

    public SecurityProfile Security { get; init; } = SecurityProfile.Default;

    /// <summary>Text for /etc/hosts, or null to leave the image's alone.</summary>
    public string? Hosts { get; init; }

    /// <summary>Text for /etc/resolv.conf, or null to leave the image's alone.</summary>
    public string? ResolvConf { get; init; }

    /// <summary>Text for /etc/hostname, or null to leave the image's alone.</summary>
    public string? HostnameFile { get; init; }

    /// <summary>The generated files above can't be written by the container.</summary>
    public bool ReadOnlyGeneratedFiles { get; init; } = true;

    /// <summary>The root can't be written.</summary>
    public bool ReadOnlyRoot { get; init; }

    /// <summary>Size of /dev/shm in bytes.</summary>
    public long SharedMemoryBytes { get; init; } = 64L << 20;

    /// <summary>Limits of the process besides the default ones.</summary>
    public IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    /// <summary>Limits of the container as a whole.</summary>
    public ControlGroupLimits GroupLimits { get; init; } = ControlGroupLimits.None;
}

/// <summary>Which network the container has.</summary>
public enum SandboxNetwork
{
    /// <summary>The network namespace of the caller.</summary>
    Host,

    /// <summary>An own one with loopback only.</summary>
    None,
}
