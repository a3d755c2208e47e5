using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

/// <summary>Makes what was written survive a crash.</summary>
public static class FileSync
{
    /// <summary>Waits until a file is on disk. fsync(2).</summary>
    public static void File(SafeFileHandle file) => Sync(file, "file");

    /// <summary>
    /// Has the disk begin with a part of a file, so that a later <see cref="File"/> waits less. It promises nothing, so that it can't fail: a file
    /// system that knows no such call, or a disk error, is met by the later call. sync_file_range(2).
    /// </summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="offset">Where the part begins, in bytes.</param>
    /// <param name="length">In bytes.</param>
    public static void Begin(SafeFileHandle file, long offset, long length) => _ = UnistdH.SyncFileRange(file, offset, length, UnistdH.SyncFileRangeWrite);

    /// <summary>Waits until the names in a directory are on disk.</summary>
    public static void Directory(DirectoryHandle directory) => Sync(directory.Handle, "directory");

    /// <summary>Waits until the names in a directory are on disk.</summary>
    /// <param name="path">Of the host.</param>
    public static void Directory(string path)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(path);
        Sync(directory.Handle, path);
    }

    /// <summary>Waits until everything of the file system a directory is on is on disk: one call for a whole tree. syncfs(2).</summary>
    public static void FileSystem(DirectoryHandle directory)
    {
        int result;
        do result = UnistdH.Syncfs(directory.Handle);
        while (result < 0 && DirectoryHandle.Interrupted());
        if (result < 0) throw SyscallException.FromLastError("syncfs", "directory");
    }

    private static void Sync(SafeFileHandle file, string subject)
    {
        int result;
        do result = UnistdH.Fsync(file);
        while (result < 0 && DirectoryHandle.Interrupted());
        if (result < 0) throw SyscallException.FromLastError("fsync", subject);
    }
}
