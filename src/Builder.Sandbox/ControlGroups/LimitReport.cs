namespace Builder.Sandbox.ControlGroups;

/// <summary>Says which limit ended a container.</summary>
public static class LimitReport
{
    private const int Kill = 9;

    /// <summary>A clause for the end of a message, or nothing when no limit was met.</summary>
    public static string Describe(SandboxExit exit)
    {
        ControlGroupUsage usage = exit.Usage;
        if (usage is { MemoryKills: > 0, MemoryLimitBytes: { } limit })
        {
            string peak = usage.MemoryPeakBytes is { } bytes ? $", it used up to {Size(bytes)}" : "";
            string killed = exit.Signal == Kill ? "it was killed" : usage.MemoryKills == 1 ? "a process was killed" : $"{usage.MemoryKills} processes were killed";
            return $" ({killed} at the memory limit of {Size(limit)}{peak})";
        }

        return usage is { PidsRefused: > 0, PidsLimit: { } pids } ? $" (it was refused processes beyond its limit of {pids})" : "";
    }

    /// <summary>What to try, or null.</summary>
    /// <param name="usage">What came of the limits.</param>
    /// <param name="command">The command with the flags.</param>
    public static string? Hint(ControlGroupUsage usage, string command) =>
        usage.MemoryKills > 0 ? $"give it more with '{command} --memory', or let it need less"
        : usage.PidsRefused > 0 ? $"raise the limit with '{command} --pids-limit' (-1 for none)"
        : null;

    private static string Size(long bytes) => bytes >= 10 << 20 ? $"{(bytes + (1 << 19)) >> 20} MiB" : $"{(bytes + (1 << 9)) >> 10} KiB";
}
