using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

public sealed unsafe partial class DirectoryHandle
{
    /// <summary>Status of an open file. statx(2), Linux 4.11.</summary>
    public static FileStatus FileStatusOf(SafeFileHandle file)
    {
        StatH.StatxBuffer buffer;
        byte empty = 0;
        if (StatH.Statx(file, &empty, FcntlH.AtEmptyPath, StatH.BasicStats, &buffer) < 0) throw SyscallException.FromLastError("statx", "descriptor");
        return FileStatus.From(in buffer);
    }

    /// <summary>Status of this directory.</summary>
    public FileStatus StatSelf() => FileStatusOf(Handle);

    /// <summary>Status of an entry; of the link itself when it is a symbolic link.</summary>
    public FileStatus Stat(ReadOnlySpan<byte> name) =>
        TryStat(name, out FileStatus status) ? status : throw new SyscallException("statx", UnixPath.Quote(name), Errno.ENOENT);

    /// <summary>Status of an entry; false when there is none.</summary>
    public bool TryStat(ReadOnlySpan<byte> name, out FileStatus status)
    {
        NameBuffer path = new(name);
        StatH.StatxBuffer buffer;
        if (StatH.Statx(Handle, path.Pointer, FcntlH.AtSymlinkNoFollow, StatH.BasicStats, &buffer) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.ENOENT) throw SyscallException.FromLastError("statx", name);
            status = default;
            return false;
        }

        status = FileStatus.From(in buffer);
        return true;
    }

    /// <summary>Changes owner and group; -1 leaves one as it is. Clears set-uid, set-gid and capabilities of files.</summary>
    public void SetOwner(ReadOnlySpan<byte> name, int uid, int gid)
    {
        NameBuffer path = new(name);
        if (UnistdH.FchownAt(Handle, path.Pointer, (uint)uid, (uint)gid, FcntlH.AtSymlinkNoFollow) < 0)
            throw SyscallException.FromLastError("fchownat", name);
    }

    /// <summary>Changes the permission bits; EOPNOTSUPP for a symbolic link.</summary>
    public void SetMode(ReadOnlySpan<byte> name, int mode)
    {
        // fchmodat(2) can't be told to leave links alone before Linux 6.6, and opening a file for reading may have effects: O_PATH.
        using SafeFileHandle file = OpenAt(name, FcntlH.PathOnly, 0);
        if (FileStatusOf(file).IsSymbolicLink) throw new SyscallException("fchmodat", UnixPath.Quote(name), Errno.EOPNOTSUPP);
        byte[] path = DescriptorPath(file, default);
        fixed (byte* pointer = path)
        {
            if (StatH.FchmodAt(FcntlH.AtFdCwd, pointer, (uint)mode, 0) < 0) throw SyscallException.FromLastError("fchmodat", name);
        }

        GC.KeepAlive(file);
    }

    /// <summary>Sets the modification time and leaves the access time.</summary>
    public void SetTimes(ReadOnlySpan<byte> name, FileTime modified)
    {
        NameBuffer path = new(name);
        StatH.TimeSpecification* times = stackalloc StatH.TimeSpecification[2];
        times[0].Nanoseconds = StatH.TimeOmit;
        times[1] = new StatH.TimeSpecification { Seconds = modified.Seconds, Nanoseconds = modified.Nanoseconds };
        if (StatH.UtimensAt(Handle, path.Pointer, times, FcntlH.AtSymlinkNoFollow) < 0) throw SyscallException.FromLastError("utimensat", name);
    }

    /// <summary>Changes owner and group of this directory.</summary>
    public void SetOwnerSelf(int uid, int gid) => FileMetadata.SetOwner(Handle, uid, gid);

    /// <summary>Changes the permission bits of this directory.</summary>
    public void SetModeSelf(int mode) => FileMetadata.SetMode(Handle, mode);

    /// <summary>Sets the modification time of this directory.</summary>
    public void SetTimesSelf(FileTime modified) => FileMetadata.SetTimes(Handle, modified);
}
