using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

/// <summary>
/// An open directory. Everything is done by name inside it, so that no symbolic link and no rename elsewhere can lead out. A name is a
/// single component of bytes; where a path is taken, the parameter says so.
/// </summary>
/// <remarks>Failures are <see cref="SyscallException"/>. Symbolic links are never followed, but by the methods called Beneath.</remarks>
public sealed unsafe partial class DirectoryHandle : IDisposable
{
    private DirectoryHandle(SafeFileHandle handle) => Handle = handle;

    /// <summary>The descriptor.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Opens a directory of the host by its path; symbolic links are followed. See open(2).</summary>
    public static DirectoryHandle Open(string path)
    {
        byte[] bytes = Terminated(UnixPath.Encode(path));
        fixed (byte* pointer = bytes)
        {
            int descriptor;
            do descriptor = FcntlH.OpenAt(FcntlH.AtFdCwd, pointer, FcntlH.ReadOnly | FcntlH.Directory | FcntlH.CloseOnExec, 0);
            while (descriptor < 0 && Interrupted());
            if (descriptor < 0) throw SyscallException.FromLastError("open", bytes.AsSpan(0, bytes.Length - 1));
            return new DirectoryHandle(new SafeFileHandle(descriptor, ownsHandle: true));
        }
    }

    /// <summary>Opens a sub-directory; a symbolic link in its place is ENOTDIR.</summary>
    public DirectoryHandle OpenDirectory(ReadOnlySpan<byte> name) => new(OpenAt(name, FcntlH.ReadOnly | FcntlH.Directory, 0));

    /// <summary>Another descriptor of the same directory, to be disposed on its own.</summary>
    public DirectoryHandle Duplicate()
    {
        int descriptor = FcntlH.Fcntl(Handle, FcntlH.DuplicateCloseOnExec, 3);
        if (descriptor < 0) throw SyscallException.FromLastError("fcntl", "F_DUPFD_CLOEXEC");
        return new DirectoryHandle(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    /// <summary>Opens a regular file for reading. Anything else in its place is refused without blocking on it.</summary>
    public SafeFileHandle OpenRead(ReadOnlySpan<byte> name) => OpenRead(name, out _);

    /// <inheritdoc cref="OpenRead(ReadOnlySpan{byte})"/>
    /// <param name="name">Its name.</param>
    /// <param name="status">What it was when it had been opened.</param>
    public SafeFileHandle OpenRead(ReadOnlySpan<byte> name, out FileStatus status)
    {
        SafeFileHandle file = OpenAt(name, FcntlH.ReadOnly | FcntlH.NonBlock | FcntlH.NoControllingTerminal, 0);
        return RegularOnly(file, name, out status);
    }

    /// <summary>Opens an existing regular file for writing, without truncating it.</summary>
    public SafeFileHandle OpenWrite(ReadOnlySpan<byte> name)
    {
        SafeFileHandle file = OpenAt(name, FcntlH.ReadWrite | FcntlH.NonBlock | FcntlH.NoControllingTerminal, 0);
        return RegularOnly(file, name, out _);
    }

    /// <summary>Makes a regular file and opens it for reading and writing; EEXIST when the name is taken by anything.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="mode">Permission bits, before the umask.</param>
    public SafeFileHandle CreateFile(ReadOnlySpan<byte> name, int mode) =>
        OpenAt(name, FcntlH.ReadWrite | FcntlH.Create | FcntlH.Exclusive, (uint)mode);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    internal static bool Interrupted() => Marshal.GetLastPInvokeError() == Errno.EINTR;

    private static byte[] Terminated(ReadOnlySpan<byte> path)
    {
        if (path.Contains((byte)0)) throw new ArgumentException($"'{UnixPath.Quote(path)}' holds a zero byte", nameof(path));
        return [.. path, 0];
    }

    private static SafeFileHandle RegularOnly(SafeFileHandle file, ReadOnlySpan<byte> name, out FileStatus status)
    {
        status = FileStatusOf(file);
        if (status.IsRegular) return file;
        file.Dispose();
        throw new SyscallException("openat", UnixPath.Quote(name), status.IsDirectory ? Errno.EISDIR : Errno.EINVAL);
    }

    private SafeFileHandle OpenAt(ReadOnlySpan<byte> name, int flags, uint mode)
    {
        NameBuffer buffer = new(name);
        int descriptor;
        do descriptor = FcntlH.OpenAt(Handle, buffer.Pointer, flags | FcntlH.NoFollow | FcntlH.CloseOnExec, mode);
        while (descriptor < 0 && Interrupted());
        if (descriptor < 0) throw SyscallException.FromLastError("openat", name);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
