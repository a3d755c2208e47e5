using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

public sealed unsafe partial class DirectoryHandle
{
    /// <summary>
    /// Opens a directory by a path with this directory as its root: absolute links and <c>..</c> stay inside, magic links of /proc are
    /// refused. openat2(2), Linux 5.6.
    /// </summary>
    /// <param name="path">A path; an empty one means this directory.</param>
    public DirectoryHandle OpenDirectoryBeneath(ReadOnlySpan<byte> path) => new(OpenBeneath(path, FcntlH.ReadOnly | FcntlH.Directory, 0));

    /// <summary>Opens a regular file for reading by a path with this directory as its root; symbolic links resolve inside.</summary>
    /// <param name="path">A path.</param>
    public SafeFileHandle OpenFileBeneath(ReadOnlySpan<byte> path) =>
        RegularOnly(OpenBeneath(path, FcntlH.ReadOnly | FcntlH.NonBlock | FcntlH.NoControllingTerminal, 0), path, out _);

    /// <summary>
    /// A descriptor that stands for what a path means, whatever its type (O_PATH), with this directory as its root: good for mounting on
    /// or for <c>/proc/self/fd</c>, not for reading.
    /// </summary>
    /// <param name="path">A path; an empty one means this directory.</param>
    /// <param name="followLast">Whether a symbolic link at the end is followed.</param>
    public SafeFileHandle OpenPathBeneath(ReadOnlySpan<byte> path, bool followLast = true) =>
        OpenBeneath(path, FcntlH.PathOnly | (followLast ? 0 : FcntlH.NoFollow), 0);

    /// <summary>Status of what a path means with this directory as its root; false when there is no such file.</summary>
    /// <param name="path">A path.</param>
    /// <param name="followLast">Whether a symbolic link at the end is followed.</param>
    /// <param name="status">What was found.</param>
    public bool TryStatBeneath(ReadOnlySpan<byte> path, bool followLast, out FileStatus status)
    {
        try
        {
            using SafeFileHandle file = OpenPathBeneath(path, followLast);
            status = FileStatusOf(file);
            return true;
        }
        catch (SyscallException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            status = default;
            return false;
        }
    }

    private SafeFileHandle OpenBeneath(ReadOnlySpan<byte> path, int flags, uint mode)
    {
        byte[] bytes = Terminated(path.IsEmpty ? "."u8 : path);
        OpenAt2H.OpenHow how = new()
        {
            Flags = (ulong)(uint)(flags | FcntlH.CloseOnExec),
            Mode = mode,
            Resolve = OpenAt2H.InRoot | OpenAt2H.NoMagicLinks,
        };
        fixed (byte* pointer = bytes)
        {
            long descriptor;
            // EAGAIN: something was renamed while ".." was being resolved, the kernel asks to try again.
            do descriptor = OpenAt2H.OpenAt2(OpenAt2H.SystemCall, Handle, pointer, &how, (nuint)sizeof(OpenAt2H.OpenHow));
            while (descriptor < 0 && Marshal.GetLastPInvokeError() is Errno.EINTR or Errno.EAGAIN);
            if (descriptor < 0) throw SyscallException.FromLastError("openat2", path);
            return new SafeFileHandle((nint)descriptor, ownsHandle: true);
        }
    }
}
