using System.Globalization;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.ControlGroups;

/// <summary>Limits as the older hierarchies take them, of which each has a controller of its own: cgroup-v1 of the kernel's documentation.</summary>
internal static class LegacyLimits
{
    private const long PeriodMicroseconds = 100_000;

    public static void Set(string directory, string controller, ControlGroupLimits limits)
    {
        switch (controller)
        {
            case "memory":
                SetMemory(directory, limits);
                break;
            case "cpu":
                ContainerGroup.Write(directory, "cpu.cfs_period_us", Text(PeriodMicroseconds));
                ContainerGroup.Write(directory, "cpu.cfs_quota_us", Text((long)(limits.Cpus!.Value * PeriodMicroseconds)));
                break;
            case "cpuset":
                // A new group has neither processors nor memory nodes, and takes no process without both.
                string parent = Path.GetDirectoryName(directory)!;
                ContainerGroup.Write(directory, "cpuset.mems", File.ReadAllText(Path.Combine(parent, "cpuset.mems")).Trim());
                ContainerGroup.Write(directory, "cpuset.cpus", limits.CpuSet!);
                break;
            case "pids":
                ContainerGroup.Write(directory, "pids.max", Text(limits.Pids!.Value));
                break;
        }
    }

    private static void SetMemory(string directory, ControlGroupLimits limits)
    {
        long memory = limits.MemoryBytes!.Value;
        ContainerGroup.Write(directory, "memory.limit_in_bytes", Text(memory));
        if (!File.Exists(Path.Combine(directory, "memory.memsw.limit_in_bytes"))) return; // a kernel that doesn't count swap
        ContainerGroup.Write(directory, "memory.memsw.limit_in_bytes", Text(limits.MemoryAndSwapBytes ?? 2 * memory));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
