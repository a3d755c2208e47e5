using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Mounts;

/// <summary>
/// The mount calls. The newer ones (fsopen(2), fsmount(2), open_tree(2), move_mount(2), mount_setattr(2): Linux 5.12) take descriptors, so
/// that no path of a hostile tree is looked up twice; overlayfs goes through mount(2), whose options may be a page long.
/// </summary>
public static unsafe partial class MountCalls
{
    private const int OpenTreeClone = 1;
    private const int OpenTreeCloseOnExec = 0x80000;
    private const int MoveMountFromEmptyPath = 0x4;
    private const int MoveMountToEmptyPath = 0x40;
    private const int AtEmptyPath = 0x1000;
    private const int AtRecursive = 0x8000;
    private const int AtCurrentDirectory = -100;
    private const uint FsConfigSetFlag = 0;
    private const uint FsConfigSetString = 1;
    private const uint FsConfigCreate = 6;

    /// <summary>mount(2).</summary>
    public static void Mount(string? source, string target, string? type, MountFlags flags, string? data = null)
    {
        using var s = new NativeText(source);
        using var t = new NativeText(target);
        using var f = new NativeText(type);
        using var d = new NativeText(data);
        if (MountNative(s.Pointer, t.Pointer, f.Pointer, (ulong)flags, d.Pointer) < 0) throw SyscallException.FromLastError("mount", target);
    }

    /// <summary>umount2(2) with MNT_DETACH: gone from the tree at once, freed when nobody uses it.</summary>
    public static void Detach(string target)
    {
        using var t = new NativeText(target);
        if (Umount2Native(t.Pointer, 2) < 0) throw SyscallException.FromLastError("umount2", target);
    }

    /// <summary>pivot_root(2).</summary>
    public static void PivotRoot(string newRoot, string putOld)
    {
        using var n = new NativeText(newRoot);
        using var p = new NativeText(putOld);
        if (SyscallNative(SystemCallNumbers.PivotRoot, (nint)n.Pointer, (nint)p.Pointer, 0, 0, 0) < 0) throw SyscallException.FromLastError("pivot_root", newRoot);
    }

    /// <summary>A new, still detached file system: fsopen(2), fsconfig(2), fsmount(2).</summary>
    /// <param name="type">Such as <c>tmpfs</c>.</param>
    /// <param name="options">Names with values; a null value is a flag.</param>
    /// <param name="attributes">Of the mount.</param>
    public static SafeFileHandle CreateFileSystem(string type, IEnumerable<KeyValuePair<string, string?>> options, MountAttributes attributes)
    {
        using var t = new NativeText(type);
        int context = (int)SyscallNative(SystemCallNumbers.FsOpen, (nint)t.Pointer, 1, 0, 0, 0);
        if (context < 0) throw SyscallException.FromLastError("fsopen", type);
        using var handle = new SafeFileHandle(context, ownsHandle: true);
        foreach ((string name, string? value) in options)
        {
            using var n = new NativeText(name);
            using var v = new NativeText(value);
            uint command = value is null ? FsConfigSetFlag : FsConfigSetString;
            if (SyscallNative(SystemCallNumbers.FsConfig, context, (nint)command, (nint)n.Pointer, (nint)v.Pointer, 0) < 0)
                throw SyscallException.FromLastError("fsconfig", $"{type} {name}={value}");
        }

        if (SyscallNative(SystemCallNumbers.FsConfig, context, (nint)FsConfigCreate, 0, 0, 0) < 0) throw SyscallException.FromLastError("fsconfig", type);
        int mount = (int)SyscallNative(SystemCallNumbers.FsMount, context, 1, (nint)(ulong)attributes, 0, 0);
        if (mount < 0) throw SyscallException.FromLastError("fsmount", type);
        return new SafeFileHandle(mount, ownsHandle: true);
    }

    /// <summary>A detached copy of what is mounted at a place: open_tree(2).</summary>
    /// <param name="directory">Where <paramref name="path"/> starts, or null for the current directory.</param>
    /// <param name="path">Empty for the descriptor itself.</param>
    /// <param name="recursive">With the mounts below.</param>
    public static SafeFileHandle CloneTree(SafeFileHandle? directory, string path, bool recursive)
    {
        using var p = new NativeText(path);
        int flags = OpenTreeClone | OpenTreeCloseOnExec | (recursive ? AtRecursive : 0) | (path.Length == 0 ? AtEmptyPath : 0);
        int result = (int)SyscallNative(SystemCallNumbers.OpenTree, Descriptor(directory), (nint)p.Pointer, flags, 0, 0);
        return result < 0 ? throw SyscallException.FromLastError("open_tree", path) : new SafeFileHandle(result, ownsHandle: true);
    }

    /// <summary>Attaches a detached mount onto an open file or directory: move_mount(2).</summary>
    /// <param name="mount">The detached mount.</param>
    /// <param name="target">An O_PATH descriptor of the place.</param>
    /// <param name="subject">How errors name the place.</param>
    public static void Attach(SafeFileHandle mount, SafeFileHandle target, string subject)
    {
        byte empty = 0;
        int flags = MoveMountFromEmptyPath | MoveMountToEmptyPath;
        if (SyscallNative(SystemCallNumbers.MoveMount, Descriptor(mount), (nint)(&empty), Descriptor(target), (nint)(&empty), flags) < 0)
            throw SyscallException.FromLastError("move_mount", subject);
    }

    /// <summary>Sets attributes on a mount, leaving others as they are: mount_setattr(2).</summary>
    public static void SetAttributes(SafeFileHandle mount, MountAttributes attributes, bool recursive, string subject)
    {
        byte empty = 0;
        MountAttributeChange change = new() { Set = (ulong)attributes };
        int flags = AtEmptyPath | (recursive ? AtRecursive : 0);
        if (SyscallNative(SystemCallNumbers.MountSetAttributes, Descriptor(mount), (nint)(&empty), flags, (nint)(&change), sizeof(MountAttributeChange)) < 0)
            throw SyscallException.FromLastError("mount_setattr", subject);
    }

    private static nint Descriptor(SafeFileHandle? handle) => handle is null ? AtCurrentDirectory : handle.DangerousGetHandle();

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static partial int MountNative(byte* source, byte* target, byte* type, ulong flags, byte* data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true)]
    private static partial int Umount2Native(byte* target, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SyscallNative(nint number, nint a, nint b, nint c, nint d, nint e);

    [StructLayout(LayoutKind.Sequential)]
    private struct MountAttributeChange
    {
        public ulong Set;
        public ulong Clear;
        public ulong Propagation;
        public ulong UserNamespace;
    }
}
