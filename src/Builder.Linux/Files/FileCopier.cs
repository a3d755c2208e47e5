using System.Buffers;
using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

/// <summary>Copies content inside the kernel where it can be done, and keeps holes.</summary>
public static unsafe class FileCopier
{
    private const int BufferSize = 128 * 1024;

    // So that a cancellation is noticed while a large file is being copied.
    private const long LargestStep = 64L << 20;

    /// <inheritdoc cref="Copy(SafeFileHandle, in FileStatus, SafeFileHandle, CancellationToken)"/>
    public static long Copy(SafeFileHandle source, SafeFileHandle destination, CancellationToken cancellationToken) =>
        Copy(source, DirectoryHandle.FileStatusOf(source), destination, cancellationToken);

    /// <summary>Copies all of one file over another, which ends up with the same length. copy_file_range(2), Linux 5.3.</summary>
    /// <param name="source">Open for reading; its position is moved.</param>
    /// <param name="status">Of the source.</param>
    /// <param name="destination">Open for writing, empty.</param>
    /// <param name="cancellationToken">Ends the copy between two steps.</param>
    /// <returns>Length of the file.</returns>
    public static long Copy(SafeFileHandle source, in FileStatus status, SafeFileHandle destination, CancellationToken cancellationToken)
    {
        long length = status.Size;
        long end = 0;
        bool inKernel = true;
        foreach (FileExtent extent in FileExtents.Data(source, status))
        {
            end = CopyRange(source, destination, extent, ref inKernel, cancellationToken);
            if (end < extent.Offset + extent.Length)
            {
                // The source became shorter while it was read.
                length = end;
                break;
            }
        }

        if (end < length && UnistdH.Ftruncate(destination, length) < 0) throw SyscallException.FromLastError("ftruncate", "destination");
        return length;
    }

    private static long CopyRange(SafeFileHandle source, SafeFileHandle destination, FileExtent extent, ref bool inKernel, CancellationToken cancellationToken)
    {
        long position = extent.Offset;
        long end = extent.Offset + extent.Length;
        while (inKernel && position < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long from = position;
            long to = position;
            nint copied = UnistdH.CopyFileRange(source, &from, destination, &to, (nuint)Math.Min(end - position, LargestStep), 0);
            if (copied > 0)
            {
                position += copied;
                continue;
            }

            // 0 is the end of the file, or a file system that can't say (some report it for generated files): reading tells.
            if (copied < 0 && DirectoryHandle.Interrupted()) continue;
            if (copied < 0 && !IsUnsupported(Marshal.GetLastPInvokeError())) throw SyscallException.FromLastError("copy_file_range", "destination");
            inKernel = false;
        }

        return position < end ? CopyThroughMemory(source, destination, position, end, cancellationToken) : position;
    }

    private static bool IsUnsupported(int errno) =>
        errno is Errno.EXDEV or Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP or Errno.EPERM or Errno.ETXTBSY;

    private static long CopyThroughMemory(SafeFileHandle source, SafeFileHandle destination, long position, long end, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (position < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int length = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - position)), position);
                if (length == 0) break;
                RandomAccess.Write(destination, buffer.AsSpan(0, length), position);
                position += length;
            }

            return position;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
