using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

public sealed unsafe partial class DirectoryHandle
{

    /// <summary>Opens the root of a mount, attached or not (the descriptor of fsmount(2) itself can't list or make entries).</summary>
    /// <param name="mount">From <see cref="Mounts.MountCalls"/>.</param>
    public static DirectoryHandle OpenMount(SafeFileHandle mount)
    {
        byte* here = stackalloc byte[2] { (byte)'.', 0 };
        int descriptor;
        do descriptor = FcntlH.OpenAt(mount, here, FcntlH.ReadOnly | FcntlH.Directory | FcntlH.CloseOnExec, 0);
        while (descriptor < 0 && Interrupted());
        if (descriptor < 0) throw SyscallException.FromLastError("openat", "."u8);
        return new DirectoryHandle(new SafeFileHandle(descriptor, ownsHandle: true));
    }
}
