namespace Builder.Sandbox.Plans;

/// <summary>What a container as a whole may use of the machine: cgroups(7). Null: as much as it likes.</summary>
public sealed record ControlGroupLimits
{
    /// <summary>How many processes and threads a container may have when nobody says otherwise: more than builds need, too few to choke a machine.</summary>
    public const long DefaultPids = 4096;

    /// <summary>No limits.</summary>
    public static ControlGroupLimits None { get; } = new();

    /// <summary>What holds when nobody asks for anything.</summary>
    public static ControlGroupLimits Default { get; } = new() { Pids = DefaultPids, PidsIfPossible = true };

    public long? MemoryBytes { get; init; }

    /// <summary>Memory and swap together; -1 for as much swap as there is. Null: twice the memory.</summary>
    public long? MemoryAndSwapBytes { get; init; }

    /// <summary>How many processors' time, such as 1.5.</summary>
    public decimal? Cpus { get; init; }

    /// <summary>Which processors, as cpuset(7) lists them: <c>0-2,7</c>.</summary>
    public string? CpuSet { get; init; }

    /// <summary>How many processes and threads.</summary>
    public long? Pids { get; init; }

    /// <summary>Asked for by nobody: a group's where there can be one, else that of each user inside.</summary>
    public bool PidsIfPossible { get; init; }

    /// <summary>The controllers that are needed, named as the kernel does.</summary>
    internal IReadOnlyList<string> Controllers =>
    [
        .. MemoryBytes is null ? [] : (string[])["memory"],
        .. Cpus is null ? [] : (string[])["cpu"],
        .. CpuSet is null ? [] : (string[])["cpuset"],
        .. Pids is null ? [] : (string[])["pids"],
    ];

    /// <summary>Without what nobody asked for.</summary>
    internal ControlGroupLimits Asked => PidsIfPossible ? this with { Pids = null, PidsIfPossible = false } : this;
}
