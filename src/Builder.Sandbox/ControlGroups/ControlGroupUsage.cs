namespace Builder.Sandbox.ControlGroups;

/// <summary>What came of a container's limits.</summary>
/// <param name="MemoryKills">How many processes the kernel killed because the container had no memory left.</param>
/// <param name="MemoryLimitBytes">The limit, or null.</param>
/// <param name="MemoryPeakBytes">The most it used at a time, or null where the kernel doesn't tell.</param>
/// <param name="PidsRefused">How often it was refused another process.</param>
/// <param name="PidsLimit">The limit, or null.</param>
public sealed record ControlGroupUsage(long MemoryKills, long? MemoryLimitBytes, long? MemoryPeakBytes, long PidsRefused, long? PidsLimit)
{
    /// <summary>Nothing was limited.</summary>
    public static ControlGroupUsage None { get; } = new(0, null, null, 0, null);
}
