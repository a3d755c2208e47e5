using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

/// <summary>Files of the host whose directory others may have filled: contexts, caches, image layouts.</summary>
public static unsafe class RegularFile
{
    /// <summary>
    /// Opens a file for reading; symbolic links are followed. A pipe, on which open(2) would wait for a writer without end, a socket or a device in its
    /// place is refused.
    /// </summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="IOException">It can't be opened, or is no regular file.</exception>
    public static FileStream OpenRead(string path)
    {
        byte[] bytes = [.. UnixPath.Encode(path), 0];
        fixed (byte* pointer = bytes)
        {
            int descriptor = FcntlH.OpenAt(FcntlH.AtFdCwd, pointer, FcntlH.ReadOnly | FcntlH.NonBlock | FcntlH.NoControllingTerminal | FcntlH.CloseOnExec, 0);
            if (descriptor < 0) throw SyscallException.FromLastError("open", bytes.AsSpan(0, bytes.Length - 1));
            var file = new SafeFileHandle(descriptor, ownsHandle: true);
            if (DirectoryHandle.FileStatusOf(file).IsRegular) return new FileStream(file, FileAccess.Read, bufferSize: 0);
            file.Dispose();
            throw NotRegular(path);
        }
    }

    /// <summary>
    /// Opens a file for reading that is part of a directory somebody else may have filled: when its path begins with the directory's, its links lead
    /// where they would with the directory as the root, and never out of it. A file elsewhere was named by the caller: its links are followed.
    /// </summary>
    /// <param name="path">Its path.</param>
    /// <param name="directory">The directory.</param>
    /// <exception cref="IOException">It can't be opened, leads out of the directory, or is no regular file.</exception>
    public static FileStream OpenRead(string path, string directory)
    {
        string prefix = directory.TrimEnd('/') + "/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal)) return OpenRead(path);
        using DirectoryHandle root = DirectoryHandle.Open(directory);
        byte[] relative = UnixPath.Encode(path[prefix.Length..]);
        try
        {
            return new FileStream(root.OpenFileBeneath(relative), FileAccess.Read, bufferSize: 0);
        }
        catch (SyscallException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP && File.Exists(path))
        {
            throw new IOException($"'{path}' is a symbolic link that leads out of '{directory}'", e);
        }
        catch (SyscallException e) when (e.Errno == Errno.EINVAL)
        {
            throw NotRegular(path);
        }
    }

    private static IOException NotRegular(string path) => new($"'{path}' is not a regular file");
}
