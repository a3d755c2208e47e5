using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Files;

/// <summary>How a file is locked.</summary>
public enum FileLockKind
{
    /// <summary>Any number of holders at once.</summary>
    Shared,

    /// <summary>One holder, and no shared ones beside it.</summary>
    Exclusive,
}

/// <summary>
/// A lock on a file, held until disposed or until the process ends, however it ends. Two locks taken by one process exclude each other
/// as those of two processes do. flock(2).
/// </summary>
public sealed class FileLock : IDisposable
{
    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock when it is free; null when somebody has it.</summary>
    /// <param name="path">Made when it is missing. Its holder may remove it: others notice and begin again.</param>
    /// <param name="kind">Shared or exclusive.</param>
    public static FileLock? TryAcquire(string path, FileLockKind kind)
    {
        while (true)
        {
            SafeFileHandle file = Open(path);
            try
            {
                if (!Flock(file, kind, FileH.LockNonBlocking, path)) return null;
                if (IsCurrent(file, path)) return new FileLock(Keep(ref file));
            }
            finally
            {
                file?.Dispose();
            }
        }
    }

    /// <summary>Takes the lock, waiting for it.</summary>
    public static FileLock Acquire(string path, FileLockKind kind)
    {
        while (true)
        {
            SafeFileHandle file = Open(path);
            try
            {
                Flock(file, kind, 0, path);
                if (IsCurrent(file, path)) return new FileLock(Keep(ref file));
            }
            finally
            {
                file?.Dispose();
            }
        }
    }

    /// <summary>Takes the lock, waiting for it on a thread of its own; a wait that is given up ends by itself when its turn comes.</summary>
    public static async Task<FileLock> AcquireAsync(string path, FileLockKind kind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (TryAcquire(path, kind) is { } free) return free;
        Task<FileLock> waiting = Task.Factory.StartNew(
            () => Acquire(path, kind), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await waiting.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = waiting.ContinueWith(static t => t.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>
    /// Locks a file or directory that is there already, which needs no right to write. Null when it isn't there (any more), or when somebody
    /// has it and waiting is not wanted.
    /// </summary>
    public static FileLock? Hold(string path, FileLockKind kind, bool wait)
    {
        while (true)
        {
            SafeFileHandle? file = OpenExisting(path);
            if (file is null) return null;
            try
            {
                if (!Flock(file, kind, wait ? 0 : FileH.LockNonBlocking, path)) return null;
                if (IsCurrent(file, path)) return new FileLock(Keep(ref file));
            }
            finally
            {
                file?.Dispose();
            }
        }
    }

    /// <summary>Lets go of the lock.</summary>
    public void Dispose() => _file.Dispose();

    private static SafeFileHandle Keep(ref SafeFileHandle file)
    {
        SafeFileHandle kept = file;
        file = null!; // the caller's finally must not close what is kept
        return kept;
    }

    private static unsafe SafeFileHandle? OpenExisting(string path)
    {
        fixed (byte* pointer = (byte[])[.. UnixPath.Encode(path), 0])
        {
            int descriptor;
            do descriptor = FcntlH.OpenAt(FcntlH.AtFdCwd, pointer, FcntlH.ReadOnly | FcntlH.NonBlock | FcntlH.CloseOnExec | FcntlH.NoFollow, 0);
            while (descriptor < 0 && DirectoryHandle.Interrupted());
            if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
            return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw SyscallException.FromLastError("open", path);
        }
    }

    private static unsafe SafeFileHandle Open(string path)
    {
        byte[] bytes = [.. UnixPath.Encode(path), 0];
        fixed (byte* pointer = bytes)
        {
            int descriptor;
            do descriptor = FcntlH.OpenAt(FcntlH.AtFdCwd, pointer, FcntlH.ReadWrite | FcntlH.Create | FcntlH.CloseOnExec | FcntlH.NoFollow, 0x180);
            while (descriptor < 0 && DirectoryHandle.Interrupted());
            if (descriptor < 0) throw SyscallException.FromLastError("open", path);
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }

    private static bool Flock(SafeFileHandle file, FileLockKind kind, int flags, string path)
    {
        int operation = (kind == FileLockKind.Exclusive ? FileH.LockExclusive : FileH.LockShared) | flags;
        int result;
        do result = FileH.Flock(file, operation);
        while (result < 0 && DirectoryHandle.Interrupted());
        if (result == 0) return true;
        if (Marshal.GetLastPInvokeError() == Errno.EAGAIN) return false;
        throw SyscallException.FromLastError("flock", path);
    }

    // Whoever had the lock before may have removed the file: then the lock is on something nobody else can find.
    private static unsafe bool IsCurrent(SafeFileHandle file, string path)
    {
        FileStatus mine = DirectoryHandle.FileStatusOf(file);
        StatH.StatxBuffer buffer;
        fixed (byte* pointer = (byte[])[.. UnixPath.Encode(path), 0])
        {
            if (StatH.Statx(FcntlH.AtFdCwd, pointer, FcntlH.AtSymlinkNoFollow, StatH.BasicStats, &buffer) < 0)
                return Marshal.GetLastPInvokeError() == Errno.ENOENT ? false : throw SyscallException.FromLastError("statx", path);
        }

        FileStatus current = FileStatus.From(in buffer);
        return (mine.Inode, mine.Device) == (current.Inode, current.Device);
    }
}
