namespace Builder.Sandbox.Capabilities;

/// <summary>Sets of capabilities by name, as docker's <c>--cap-add</c> and <c>--cap-drop</c> write them: capabilities(7).</summary>
public static class CapabilitySet
{
    private const string Everything = "ALL";
    private const string Prefix = "CAP_";

    // In the order of their numbers.
    private static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
        "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
        "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>All there are.</summary>
    public static IReadOnlyList<int> All { get; } = [.. Enumerable.Range(0, Names.Length)];

    /// <summary>The names, without <c>CAP_</c>, by number.</summary>
    public static IReadOnlyList<string> AllNames => Names;

    /// <summary>The number of a name, with or without <c>CAP_</c>, in any case; null for an unknown one.</summary>
    public static int? NumberOf(string name)
    {
        string bare = name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? name[Prefix.Length..] : name;
        int number = Array.FindIndex(Names, n => n.Equals(bare, StringComparison.OrdinalIgnoreCase));
        return number < 0 ? null : number;
    }

    /// <summary>What is left of a set when some are added and some dropped. As with docker, <c>ALL</c> stands for all, and single names then count against it.</summary>
    /// <param name="start">What there is without the flags.</param>
    /// <param name="added">Names; all must be known.</param>
    /// <param name="dropped">Names; all must be known.</param>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public static IReadOnlyList<int> Change(IReadOnlyList<int> start, IReadOnlyCollection<string> added, IReadOnlyCollection<string> dropped)
    {
        bool addsAll = added.Any(IsAll), dropsAll = dropped.Any(IsAll);
        IEnumerable<int> set = dropsAll ? [] : addsAll ? All : start;
        if (dropsAll && addsAll) set = All;
        set = set.Except(dropped.Where(n => !IsAll(n)).Select(Number)).Union(added.Where(n => !IsAll(n)).Select(Number));
        return [.. set.Order()];
    }

    private static bool IsAll(string name) => name.Equals(Everything, StringComparison.OrdinalIgnoreCase);

    private static int Number(string name) => NumberOf(name) ?? throw new ArgumentException($"unknown capability \"{name}\"", nameof(name));
}
