using Builder.Linux.Files;
using Builder.Linux.Mounts;
using Builder.Sandbox.Plans;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>Hides some paths of /proc and /sys and makes others read-only. Works on the root while it is still a mount among others.</summary>
internal static class Shields
{
    private const MountAttributes Strict = MountAttributes.NoSuid | MountAttributes.NoDevice | MountAttributes.NoExecute;

    public static void Raise(DirectoryHandle root, SecurityProfile profile)
    {
        foreach (string path in profile.ReadOnlyPaths) MakeReadOnly(root, path);
        foreach (string path in profile.MaskedPaths.Concat(ThermalThrottles())) Mask(root, path);
    }

    private static IEnumerable<string> ThermalThrottles()
    {
        const string Processors = "/sys/devices/system/cpu";
        return Directory.Exists(Processors)
            ? Directory.EnumerateDirectories(Processors, "cpu*").Select(d => d + "/thermal_throttle").Order(StringComparer.Ordinal)
            : [];
    }

    private static void MakeReadOnly(DirectoryHandle root, string path)
    {
        byte[] bytes = UnixPath.Encode(path);
        if (!root.TryStatBeneath(bytes, followLast: false, out _)) return;
        using SafeFileHandle place = root.OpenPathBeneath(bytes, followLast: false);
        using SafeFileHandle clone = MountCalls.CloneTree(place, "", recursive: true);
        MountCalls.SetAttributes(clone, Strict | MountAttributes.ReadOnly, recursive: true, path);
        MountCalls.Attach(clone, place, path);
    }

    private static void Mask(DirectoryHandle root, string path)
    {
        byte[] bytes = UnixPath.Encode(path);
        if (!root.TryStatBeneath(bytes, followLast: false, out FileStatus status)) return;
        using SafeFileHandle place = root.OpenPathBeneath(bytes, followLast: false);
        using SafeFileHandle cover = status.Type == FileType.Directory
            ? MountCalls.CreateFileSystem("tmpfs", [new("nr_blocks", "1"), new("nr_inodes", "1")], Strict | MountAttributes.ReadOnly)
            : Null(root);
        MountCalls.Attach(cover, place, path);
    }

    private static SafeFileHandle Null(DirectoryHandle root)
    {
        if (!root.TryStatBeneath("dev/null"u8, followLast: false, out FileStatus status) || status is not { Type: FileType.CharacterDevice, DeviceMajor: 1, DeviceMinor: 3 })
            throw new SetupException(125, "/dev/null of the container is not the null device");
        using SafeFileHandle place = root.OpenPathBeneath("dev/null"u8, followLast: false);
        return MountCalls.CloneTree(place, "", recursive: false);
    }
}
