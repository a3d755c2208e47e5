using Builder.Sandbox.Capabilities;
using Builder.Sandbox.Seccomp;

namespace Builder.Sandbox.Plans;

/// <summary>What the container may do.</summary>
public sealed record SecurityProfile
{
    /// <summary>Docker's defaults.</summary>
    public static SecurityProfile Default { get; } = new();

    /// <summary>Nothing is withheld that the user namespace doesn't withhold: <c>run --privileged</c>, <c>RUN --security=insecure</c>.</summary>
    public static SecurityProfile Privileged { get; } = new() { Capabilities = CapabilitySet.All, MaskedPaths = [], ReadOnlyPaths = [], Seccomp = null };

    /// <summary>Capability numbers kept in bounding, permitted and effective set (capabilities(7)). Docker's 14 by default.</summary>
    public IReadOnlyList<int> Capabilities { get; init; } = [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31];

    public bool NoNewPrivileges { get; init; }

    /// <summary>Paths hidden from the container; those that don't exist are skipped.</summary>
    public IReadOnlyList<string> MaskedPaths { get; init; } =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
        "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
    ];

    /// <summary>Paths the container can't write; those that don't exist are skipped.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>Which system calls go through; null for all.</summary>
    public SeccompProfile? Seccomp { get; init; } = SeccompProfile.Default;
}
