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
            throw new IOException($"'{path}' is not a regular file");
        }
    }
}
