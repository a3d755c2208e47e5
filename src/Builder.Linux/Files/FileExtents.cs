using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

/// <summary>Where a file holds data and where it has holes. lseek(2), SEEK_DATA and SEEK_HOLE.</summary>
public static class FileExtents
{
    /// <summary>The stretches that hold data, without asking where all of a file can.</summary>
    /// <param name="file">Open for reading; its position is moved.</param>
    /// <param name="status">Of the file.</param>
    public static IEnumerable<FileExtent> Data(SafeFileHandle file, in FileStatus status)
    {
        if (status.Size == 0) return [];
        return status.Allocated >= status.Size ? [new FileExtent(0, status.Size)] : Data(file, status.Size);
    }

    /// <summary>
    /// The stretches that hold data, in order; what lies between reads as zeros. Moves the position of the descriptor. A file system
    /// that knows no holes gives one stretch.
    /// </summary>
    /// <param name="file">Open for reading.</param>
    /// <param name="length">Size of the file; nothing beyond it is reported.</param>
    public static IEnumerable<FileExtent> Data(SafeFileHandle file, long length)
    {
        long position = 0;
        while (position < length)
        {
            long start = UnistdH.Lseek(file, position, UnistdH.SeekData);
            if (start < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.ENXIO) yield break;
                if (errno != Errno.EINVAL) throw SyscallException.FromLastError("lseek", "SEEK_DATA");
                yield return new FileExtent(position, length - position);
                yield break;
            }

            if (start >= length) yield break;
            long end = UnistdH.Lseek(file, start, UnistdH.SeekHole);
            if (end < 0) throw SyscallException.FromLastError("lseek", "SEEK_HOLE");
            if (end <= start || end > length) end = length;
            yield return new FileExtent(start, end - start);
            position = end;
        }
    }
}

/// <summary>A stretch of a file.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct FileExtent(long Offset, long Length);
