using System.Globalization;
using Builder.Sandbox.ControlGroups;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Tests.ControlGroups;

/// <summary>Where limits can be set, on machines made of plain files.</summary>
public sealed class ControlGroupPlacesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("builder-groups-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_nearest_group_that_hands_the_controllers_on_is_taken()
    {
        Group("", "cpu memory pids", "cpu memory pids");
        Group("user.slice", "cpu memory pids", "memory pids");
        Group("user.slice/app.scope", "memory pids", "");
        ControlGroupPlace place = Assert.Single(ControlGroupPlaces.Find(["memory", "pids"], Unified("/user.slice/app.scope")));
        Assert.Equal((Path.Combine(_root, "user.slice"), true), (place.Directory, place.Unified));
        Assert.Equal(_root, Assert.Single(ControlGroupPlaces.Find(["cpu"], Unified("/user.slice/app.scope"))).Directory);
    }

    [Fact]
    public void What_no_group_hands_on_yet_the_nearest_without_processes_is_made_to()
    {
        Group("", "cpu cpuset memory", "cpu memory", "1\n2\n");
        File.Delete(Path.Combine(_root, "cgroup.type")); // as in the topmost group of a machine, which may have processes
        Group("system.slice", "cpu memory", "memory");
        Group("system.slice/job.service", "memory", "", "17\n18\n");
        ControlGroupPlace place = Assert.Single(ControlGroupPlaces.Find(["memory", "cpuset"], Unified("/system.slice/job.service")));
        Assert.Equal((_root, "cpuset"), (place.Directory, Assert.Single(place.Withheld)));
        Assert.Equal("cpu memory\n", File.ReadAllText(Path.Combine(_root, "cgroup.subtree_control")));
        place.HandOn();
        Assert.StartsWith("+cpuset", File.ReadAllText(Path.Combine(_root, "cgroup.subtree_control")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_with_other_processes_in_it_hands_nothing_on_and_the_message_says_so()
    {
        Group("", "memory pids", "", "17\n18\n");
        SandboxException refused = Assert.Throws<SandboxException>(() => ControlGroupPlaces.Find(["memory"], Unified("/")));
        Assert.Equal(125, refused.ExitCode);
        Assert.Contains($"memory can't be limited here: the control group {_root} has other processes in it", refused.Message, StringComparison.Ordinal);
        Assert.Null(ControlGroupPlaces.ToLeave(Unified("/").Unified()!));
    }

    [Fact]
    public void The_only_process_of_a_group_that_could_hand_on_what_no_other_does_is_to_leave_it()
    {
        string own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        Group("", "memory pids", "", own + "\n");
        ControlGroupPlace place = Assert.IsType<ControlGroupPlace>(ControlGroupPlaces.ToLeave(Unified("/").Unified()!));
        Assert.Equal((_root, "memory pids"), (place.Directory, string.Join(' ', place.Withheld)));
        Group("", "memory pids", "memory pids");
        Group("job.scope", "memory pids", "", own + "\n");
        Assert.Null(ControlGroupPlaces.ToLeave(Unified("/job.scope").Unified()!));
    }

    [Fact]
    public void What_version_2_lacks_is_looked_for_in_version_1()
    {
        Group("", "pids", "pids");
        Directory.CreateDirectory(Path.Combine(_root, "old/job"));
        var mounts = new ControlGroupMounts(
            [$"30 1 0:26 / {_root} rw - cgroup2 cgroup2 rw", $"31 1 0:27 / {_root}/old rw shared:3 - cgroup cgroup rw,memory"], ["4:memory:/job", "0::/"]);
        IReadOnlyList<ControlGroupPlace> places = ControlGroupPlaces.Find(["memory", "pids"], mounts);
        Assert.Equal([(_root, true), (Path.Combine(_root, "old/job"), false)], places.Select(p => (p.Directory, p.Unified)));
    }

    [Fact]
    public void Without_any_hierarchy_nothing_can_be_limited()
    {
        SandboxException refused = Assert.Throws<SandboxException>(() => ControlGroupPlaces.Find(["cpu"], new ControlGroupMounts([], ["0::/"])));
        Assert.Contains("cpu can't be limited here: no hierarchy", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_outside_of_what_a_mount_shows_is_not_taken_for_one_inside()
    {
        ControlGroupMounts Mounted(string root, string group) => new([$"31 1 0:27 {root} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"], [$"4:memory:{group}"]);
        Assert.Equal("/sys/fs/cgroup/memory/job", Mounted("/docker/a", "/docker/a/job").Legacy("memory")!.Own);
        Assert.Equal("/sys/fs/cgroup/memory", Mounted("/docker/a", "/docker/a").Legacy("memory")!.Own);
        Assert.Null(Mounted("/docker/a", "/docker/abc").Legacy("memory"));
    }

    [Fact]
    public void Limits_are_written_as_each_version_takes_them()
    {
        var limits = new ControlGroupLimits { MemoryBytes = 64 << 20, MemoryAndSwapBytes = 96 << 20, Cpus = 1.5m, CpuSet = "0-1", Pids = 100 };
        string unified = Files("memory.max", "memory.swap.max", "cpu.max", "cpuset.cpus", "pids.max");
        UnifiedLimits.Set(unified, limits.Controllers, limits);
        Assert.Equal(["67108864", "33554432", "150000 100000", "0-1", "100"], Read(unified, "memory.max", "memory.swap.max", "cpu.max", "cpuset.cpus", "pids.max"));
        string legacy = Files("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "cpu.cfs_period_us", "cpu.cfs_quota_us");
        LegacyLimits.Set(legacy, "memory", limits with { MemoryAndSwapBytes = null });
        LegacyLimits.Set(legacy, "cpu", limits);
        Assert.Equal(["67108864", "134217728", "100000", "150000"], Read(legacy, "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "cpu.cfs_period_us", "cpu.cfs_quota_us"));
    }

    [Fact]
    public void A_message_says_which_limit_was_met_and_how_much_was_used()
    {
        var killed = new SandboxExit(137, 9) { Usage = new ControlGroupUsage(1, 64 << 20, 60 << 20, 0, null) };
        Assert.Equal(" (it was killed at the memory limit of 64 MiB, it used up to 60 MiB)", LimitReport.Describe(killed));
        var child = new SandboxExit(1, null) { Usage = new ControlGroupUsage(2, 64 << 20, null, 0, null) };
        Assert.Equal(" (2 processes were killed at the memory limit of 64 MiB)", LimitReport.Describe(child));
        Assert.Equal(" (it was refused processes beyond its limit of 100)", LimitReport.Describe(new SandboxExit(2, null) { Usage = new ControlGroupUsage(0, null, null, 3, 100) }));
        Assert.Equal("", LimitReport.Describe(new SandboxExit(137, 9)));
    }

    private ControlGroupMounts Unified(string own) => new([$"30 1 0:26 / {_root} rw - cgroup2 cgroup2 rw"], [$"0::{own}"]);

    private void Group(string path, string controllers, string handedOn, string processes = "")
    {
        string directory = Directory.CreateDirectory(Path.Combine(_root, path)).FullName;
        File.WriteAllText(Path.Combine(directory, "cgroup.controllers"), controllers + "\n");
        File.WriteAllText(Path.Combine(directory, "cgroup.subtree_control"), handedOn + "\n");
        File.WriteAllText(Path.Combine(directory, "cgroup.procs"), processes);
        File.WriteAllText(Path.Combine(directory, "cgroup.type"), "domain\n");
    }

    private string Files(params string[] names)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_root, Guid.NewGuid().ToString("N"))).FullName;
        foreach (string name in names) File.WriteAllText(Path.Combine(directory, name), "");
        return directory;
    }

    private static IEnumerable<string> Read(string directory, params string[] names) => names.Select(n => File.ReadAllText(Path.Combine(directory, n)));
}
