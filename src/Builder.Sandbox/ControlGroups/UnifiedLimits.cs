using System.Globalization;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.ControlGroups;

/// <summary>Limits as the unified hierarchy takes them: cgroup-v2.rst of the kernel.</summary>
internal static class UnifiedLimits
{
    private const long PeriodMicroseconds = 100_000;

    public static void Set(string directory, IEnumerable<string> controllers, ControlGroupLimits limits)
    {
        foreach (string controller in controllers)
        {
            switch (controller)
            {
                case "memory":
                    SetMemory(directory, limits);
                    break;
                case "cpu":
                    ContainerGroup.Write(directory, "cpu.max", string.Create(CultureInfo.InvariantCulture, $"{(long)(limits.Cpus!.Value * PeriodMicroseconds)} {PeriodMicroseconds}"));
                    break;
                case "cpuset":
                    ContainerGroup.Write(directory, "cpuset.cpus", limits.CpuSet!);
                    break;
                case "pids":
                    ContainerGroup.Write(directory, "pids.max", Text(limits.Pids!.Value));
                    break;
            }
        }
    }

    private static void SetMemory(string directory, ControlGroupLimits limits)
    {
        long memory = limits.MemoryBytes!.Value;
        ContainerGroup.Write(directory, "memory.max", Text(memory));
        if (!File.Exists(Path.Combine(directory, "memory.swap.max"))) return; // a kernel without swap
        long total = limits.MemoryAndSwapBytes ?? 2 * memory;
        ContainerGroup.Write(directory, "memory.swap.max", total < 0 ? "max" : Text(total - memory));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
