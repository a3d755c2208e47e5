using Builder.Linux.Processes;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Init;

/// <summary>The limits a container's process gets.</summary>
internal static class ResourceLimits
{
    // A huge number of files makes old programs loop over all of them.
    private static readonly ResourceLimit DefaultOpenFiles = new("nofile", ResourceLimit.OpenFiles, 1024, 524288);

    /// <summary>The plan's, after those that hold for every container.</summary>
    /// <exception cref="SetupException">One of them is above what this process may have itself: only the machine's root could raise it.</exception>
    public static ResourceLimit[] Of(SandboxPlan plan)
    {
        foreach (ResourceLimit limit in plan.Limits)
        {
            ulong most = ProcessCalls.HardLimit(limit.Resource);
            if (limit.Hard > most) throw new SetupException(125, $"the limit {limit.Name} can't be raised to {Text(limit.Hard)}: this process may have {Text(most)} at most");
        }

        return [.. plan.Limits.Any(l => l.Resource == ResourceLimit.OpenFiles) ? [] : (ResourceLimit[])[DefaultOpenFiles], .. plan.Limits];
    }

    private static string Text(ulong value) => value == ulong.MaxValue ? "unlimited" : value.ToString();
}
