using Builder.Linux.Files;
using Builder.Linux.Mounts;
using Builder.Sandbox.Plans;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>/proc, /dev and /sys of a container, each attached through a descriptor of a directory beneath the root.</summary>
internal static class StandardMounts
{
    private const MountAttributes Strict = MountAttributes.NoSuid | MountAttributes.NoDevice | MountAttributes.NoExecute;
    private const string ControlGroups = "/sys/fs/cgroup";
    private const string KernelMemory = "/proc/kcore";
    private const int DeviceMode = 0x1B6;

    private static readonly (string Name, uint Major, uint Minor)[] Devices =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Target, string Name)[] Links =
    [
        ("/proc/self/fd", "fd"), ("/proc/self/fd/0", "stdin"), ("/proc/self/fd/1", "stdout"), ("/proc/self/fd/2", "stderr"),
        ("pts/ptmx", "ptmx"),
    ];

    public static void MountProc(MountTargets targets)
    {
        using SafeFileHandle target = targets.OpenSystemDirectory("proc");
        using SafeFileHandle proc = MountCalls.CreateFileSystem("proc", [], Strict);
        MountCalls.Attach(proc, target, "/proc");
    }

    public static void MountDev(MountTargets targets, SandboxPlan plan)
    {
        using SafeFileHandle target = targets.OpenSystemDirectory("dev");
        using SafeFileHandle dev = MountCalls.CreateFileSystem(
            "tmpfs", [new("mode", "755"), new("size", "65536k")], MountAttributes.NoSuid | MountAttributes.StrictAccessTime);
        MountCalls.Attach(dev, target, "/dev");
        using DirectoryHandle directory = DirectoryHandle.OpenMount(dev);
        foreach ((string name, uint major, uint minor) in Devices) BindDevice(directory, name, major, minor);
        foreach ((string link, string name) in Links) directory.MakeSymbolicLink(UnixPath.Encode(link), UnixPath.Encode(name));
        if (File.Exists(KernelMemory)) directory.MakeSymbolicLink(UnixPath.Encode(KernelMemory), "core"u8);
        Attach(directory, "pts", MountCalls.CreateFileSystem(
            "devpts", [new("newinstance", null), new("ptmxmode", "0666"), new("mode", "0620"), new("gid", "5")], MountAttributes.NoSuid | MountAttributes.NoExecute));
        Attach(directory, "shm", MountCalls.CreateFileSystem("tmpfs", [new("mode", "1777"), new("size", plan.SharedMemoryBytes.ToString())], Strict));
        Attach(directory, "mqueue", MountCalls.CreateFileSystem("mqueue", [], Strict));
    }

    public static void MountSys(MountTargets targets, SandboxNetwork network)
    {
        using SafeFileHandle target = targets.OpenSystemDirectory("sys");
        if (network == SandboxNetwork.None)
        {
            using SafeFileHandle own = MountCalls.CreateFileSystem("sysfs", [], Strict | MountAttributes.ReadOnly);
            MountCalls.Attach(own, target, "/sys");
            return;
        }

        // A new sysfs shows the network namespace it is made in, and only that namespace's owner may make one: with the host's network, the host's is shown.
        using SafeFileHandle host = MountCalls.CloneTree(null, "/sys", recursive: true);
        MountCalls.SetAttributes(host, Strict | MountAttributes.ReadOnly, recursive: true, "/sys");
        MountCalls.Attach(host, target, "/sys");
    }

    /// <summary>Shows the container's own control group on a unified hierarchy, and none on the older ones.</summary>
    public static void MountControlGroups(DirectoryHandle root)
    {
        byte[] place = UnixPath.Encode(ControlGroups);
        if (!root.TryStatBeneath(place, followLast: false, out _)) return;
        using SafeFileHandle target = root.OpenPathBeneath(place, followLast: false);
        using SafeFileHandle mount = File.Exists(ControlGroups + "/cgroup.controllers")
            ? MountCalls.CreateFileSystem("cgroup2", [], Strict | MountAttributes.ReadOnly)
            : MountCalls.CreateFileSystem("tmpfs", [new("mode", "755"), new("nr_inodes", "1")], Strict | MountAttributes.ReadOnly);
        MountCalls.Attach(mount, target, ControlGroups);
    }

    private static void Attach(DirectoryHandle directory, string name, SafeFileHandle mount)
    {
        byte[] bytes = UnixPath.Encode(name);
        directory.MakeDirectory(bytes, 0x1ED);
        using (mount)
        using (SafeFileHandle target = directory.OpenPathBeneath(bytes, followLast: false)) MountCalls.Attach(mount, target, "/dev/" + name);
    }

    // A user namespace can't make device nodes that open; the machine's own are bound, after a look at what they really are.
    private static void BindDevice(DirectoryHandle directory, string name, uint major, uint minor)
    {
        byte[] bytes = UnixPath.Encode(name);
        using DirectoryHandle host = DirectoryHandle.Open("/dev");
        FileStatus status = host.Stat(bytes);
        if (status.Type != FileType.CharacterDevice || status.DeviceMajor != major || status.DeviceMinor != minor)
            throw new SetupException(125, $"/dev/{name} of this machine is not the character device {major}:{minor}");
        using (directory.CreateFile(bytes, DeviceMode))
        {
        }

        using SafeFileHandle source = host.OpenPathBeneath(bytes, followLast: false);
        using SafeFileHandle clone = MountCalls.CloneTree(source, "", recursive: false);
        using SafeFileHandle target = directory.OpenPathBeneath(bytes, followLast: false);
        MountCalls.Attach(clone, target, "/dev/" + name);
    }
}
