using Builder.Linux.Native;

namespace Builder.Linux.Files;

/// <summary>Times of files by path. utimensat(2).</summary>
public static class FileTimes
{
    /// <summary>Sets access and modification time; null leaves one as it is.</summary>
    public static unsafe void Set(string path, FileTime? accessed, FileTime? modified)
    {
        StatH.TimeSpecification* times = stackalloc StatH.TimeSpecification[2];
        times[0] = Of(accessed);
        times[1] = Of(modified);
        fixed (byte* pointer = (byte[])[.. UnixPath.Encode(path), 0])
        {
            if (StatH.UtimensAt(FcntlH.AtFdCwd, pointer, times, FcntlH.AtSymlinkNoFollow) < 0) throw SyscallException.FromLastError("utimensat", path);
        }
    }

    /// <summary>Status of a file; null when there is none. statx(2).</summary>
    public static unsafe FileStatus? Find(string path)
    {
        StatH.StatxBuffer buffer;
        fixed (byte* pointer = (byte[])[.. UnixPath.Encode(path), 0])
        {
            if (StatH.Statx(FcntlH.AtFdCwd, pointer, FcntlH.AtSymlinkNoFollow, StatH.BasicStats, &buffer) == 0) return FileStatus.From(in buffer);
        }

        int error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        return error == Errno.ENOENT ? null : throw new SyscallException("statx", path, error);
    }

    private static StatH.TimeSpecification Of(FileTime? time) => time is { } given
        ? new StatH.TimeSpecification { Seconds = given.Seconds, Nanoseconds = given.Nanoseconds }
        : new StatH.TimeSpecification { Nanoseconds = StatH.TimeOmit };
}
