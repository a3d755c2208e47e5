using System.Collections.Concurrent;
using System.Globalization;
using Builder.Linux.Files;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.ControlGroups;

/// <summary>The control groups of one container: made for it, and taken away with it.</summary>
internal sealed class ContainerGroup : IDisposable
{
    private const string Prefix = "builder-";
    private const long FewPids = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly ConcurrentDictionary<string, FileLock> Live = new();
    private readonly List<(string Directory, ControlGroupPlace Place)> _groups = [];
    private readonly ControlGroupLimits _limits;

    private ContainerGroup(ControlGroupLimits limits) => _limits = limits;

    /// <summary>Makes the groups and sets the limits; null when nothing is to be limited.</summary>
    /// <exception cref="SandboxException">What was asked for can't be had here.</exception>
    public static ContainerGroup? Create(ControlGroupLimits limits)
    {
        if (limits.Controllers.Count == 0) return null;
        try
        {
            return Make(limits);
        }
        catch (SandboxException) when (limits.PidsIfPossible)
        {
            return Create(limits.Asked);
        }
    }

    /// <summary>Whether it bounds the number of processes.</summary>
    public bool BoundsProcesses => _limits.Pids is not null;

    /// <summary>
    /// Moves the calling thread in where a single thread may go, and with it the process it starts next. Moving a process makes the kernel wait until no
    /// processor is forking, 10 ms or more; moving oneself doesn't.
    /// </summary>
    public void Enter()
    {
        foreach ((string directory, _) in _groups.Where(IsEntered)) Write(directory, "tasks", "0");
    }

    /// <summary>Moves a process in that was started after <see cref="Enter"/>, and with it all it starts from now on.</summary>
    public void Add(int pid)
    {
        foreach ((string directory, _) in _groups.Where(g => !IsEntered(g))) Write(directory, "cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>What came of the limits so far.</summary>
    public ControlGroupUsage Read()
    {
        ControlGroupUsage usage = ControlGroupUsage.None;
        foreach ((string directory, ControlGroupPlace place) in _groups)
        {
            if (place.Controllers.Contains("memory"))
            {
                usage = usage with
                {
                    MemoryKills = Field(directory, place.Unified ? "memory.events" : "memory.oom_control", "oom_kill") ?? 0,
                    MemoryPeakBytes = Number(directory, place.Unified ? "memory.peak" : "memory.max_usage_in_bytes"),
                    MemoryLimitBytes = _limits.MemoryBytes,
                };
            }

            if (place.Controllers.Contains("pids")) usage = usage with { PidsRefused = Field(directory, "pids.events", "max") ?? 0, PidsLimit = _limits.Pids };
        }

        return usage;
    }

    /// <summary>Takes the groups away. The kernel lets go of the last process a moment after it was waited for.</summary>
    public void Dispose()
    {
        foreach ((string directory, _) in _groups)
        {
            SpinWait.SpinUntil(() => TryRemove(directory), Patience);
            if (Live.TryRemove(directory, out FileLock? held)) held.Dispose();
        }

        _groups.Clear();
    }

    /// <summary>Whether any container of this process has groups.</summary>
    public static bool AnyLive => !Live.IsEmpty;

    /// <summary>Takes away what is left when this process is about to end at once and nothing runs in its groups any more.</summary>
    public static void RemoveAll() => SpinWait.SpinUntil(() => Live.Keys.All(TryRemove), Patience);

    /// <summary>Takes away what a session left that was killed.</summary>
    public static void RemoveLeftovers()
    {
        IReadOnlyList<string> places = ControlGroupPlaces.All(ControlGroupMounts.OfProcess());
        SpinWait.SpinUntil(() => places.All(RemoveLeftovers), Patience);
    }

    private static ContainerGroup Make(ControlGroupLimits limits)
    {
        IReadOnlyList<ControlGroupPlace> places = ControlGroupPlaces.Find(limits.Controllers, ControlGroupMounts.OfProcess());
        var group = new ContainerGroup(limits);
        try
        {
            string name = Prefix + Guid.NewGuid().ToString("N")[..12];
            foreach (ControlGroupPlace place in places)
            {
                string directory = Path.Combine(place.Directory, name);
                place.HandOn();
                RemoveLeftovers(place.Directory);
                MakeDirectory(directory);
                group._groups.Add((directory, place));
                if (place.Unified) UnifiedLimits.Set(directory, place.Controllers, limits);
                else LegacyLimits.Set(directory, place.Controllers[0], limits);
            }

            return group;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            group.Dispose();
            throw new SandboxException($"the limits of the container can't be set: {e.Message}", 125, e);
        }
    }

    // Version 2 takes whole processes. What an init needs itself is not to be counted against limits of memory, nor its threads against few processes.
    private bool IsEntered((string Directory, ControlGroupPlace Place) group) =>
        group.Place is { Unified: false, Controllers: ["pids"] } && _limits.Pids >= FewPids;

    internal static void Write(string directory, string file, string value)
    {
        try
        {
            // In one write(2), unbuffered: the kernel takes each as a command.
            using var stream = new FileStream(Path.Combine(directory, file), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(value));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{file} doesn't take '{value}': {e.Message}", e);
        }
    }

    // Locked as long as its maker lives; until it is, another engine may take it for a leftover. Two controllers of version 1 may share a hierarchy.
    private static void MakeDirectory(string directory)
    {
        while (true)
        {
            Directory.CreateDirectory(directory);
            if (FileLock.Hold(directory, FileLockKind.Shared, wait: true) is not { } held) continue;
            if (!Live.TryAdd(directory, held)) held.Dispose();
            return;
        }
    }

    // Of engines that were killed: their locks ended with them. A group with processes in it can't be removed.
    private static bool RemoveLeftovers(string place)
    {
        bool all = true;
        foreach (string directory in Directory.EnumerateDirectories(place, Prefix + "*"))
        {
            using FileLock? free = FileLock.Hold(directory, FileLockKind.Exclusive, wait: false);
            if (free is not null) all &= TryRemove(directory);
        }

        return all;
    }

    private static bool TryRemove(string directory)
    {
        try
        {
            Directory.Delete(directory);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long? Number(string directory, string file)
    {
        string path = Path.Combine(directory, file);
        return File.Exists(path) && long.TryParse(File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture, out long number) ? number : null;
    }

    private static long? Field(string directory, string file, string name)
    {
        string path = Path.Combine(directory, file);
        if (!File.Exists(path)) return null;
        string? line = File.ReadLines(path).FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal));
        return line is not null && long.TryParse(line[(name.Length + 1)..], CultureInfo.InvariantCulture, out long number) ? number : null;
    }
}
