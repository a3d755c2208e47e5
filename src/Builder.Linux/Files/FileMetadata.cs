using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

/// <summary>Owner, mode and time of a file that is open already, without looking it up by name again.</summary>
public static unsafe class FileMetadata
{
    /// <summary>Changes owner and group; -1 leaves one as it is. Clears set-uid, set-gid and capabilities. fchown(2).</summary>
    public static void SetOwner(SafeFileHandle file, int uid, int gid)
    {
        if (UnistdH.Fchown(file, (uint)uid, (uint)gid) < 0) throw SyscallException.FromLastError("fchown", $"{(uint)uid}:{(uint)gid}");
    }

    /// <summary>Changes the permission bits. fchmod(2).</summary>
    public static void SetMode(SafeFileHandle file, int mode)
    {
        if (StatH.Fchmod(file, (uint)mode) < 0) throw SyscallException.FromLastError("fchmod", Convert.ToString(mode, 8));
    }

    /// <summary>Sets the modification time and leaves the access time. futimens(3).</summary>
    public static void SetTimes(SafeFileHandle file, FileTime modified)
    {
        StatH.TimeSpecification* times = stackalloc StatH.TimeSpecification[2];
        times[0].Nanoseconds = StatH.TimeOmit;
        times[1] = new StatH.TimeSpecification { Seconds = modified.Seconds, Nanoseconds = modified.Nanoseconds };
        if (StatH.Futimens(file, times) < 0) throw SyscallException.FromLastError("futimens", "descriptor");
    }

    /// <summary>Whether it has no extended attribute at all. flistxattr(2).</summary>
    public static bool HasNoAttributes(SafeFileHandle file)
    {
        nint size = XattrH.FListXattr(file, null, 0);
        if (size < 0 && Marshal.GetLastPInvokeError() != Errno.EOPNOTSUPP) throw SyscallException.FromLastError("flistxattr", "descriptor");
        return size <= 0;
    }

    /// <summary>Changes the length; what is added is a hole. ftruncate(2).</summary>
    public static void SetLength(SafeFileHandle file, long length)
    {
        if (UnistdH.Ftruncate(file, length) < 0) throw SyscallException.FromLastError("ftruncate", $"{length}");
    }
}
