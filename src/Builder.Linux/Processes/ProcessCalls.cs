using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Processes;

/// <summary>Process and descriptor calls.</summary>
public static unsafe partial class ProcessCalls
{
    private const int InterruptedCall = 4;
    private const int CloseOnExec = 0x80000;
    private const int DuplicateCloseOnExec = 1030;
    private const int UnixFamily = 1;
    private const int StreamSocket = 1;

    /// <summary>Waits for a child to end: waitpid(2).</summary>
    public static ProcessEnd Wait(int pid)
    {
        int status;
        while (WaitPidNative(pid, &status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != InterruptedCall) throw SyscallException.FromLastError("waitpid", pid.ToString());
        }

        int signal = status & 0x7F;
        return signal == 0 ? new ProcessEnd((status >> 8) & 0xFF, null) : new ProcessEnd(128 + signal, signal);
    }

    /// <summary>Sends a signal; a process that is gone already is no error: kill(2).</summary>
    public static void Kill(int pid, int signal)
    {
        const int NoSuchProcess = 3;
        if (KillNative(pid, signal) < 0 && Marshal.GetLastPInvokeError() != NoSuchProcess) throw SyscallException.FromLastError("kill", pid.ToString());
    }

    /// <summary>A pipe, both ends close-on-exec: pipe2(2).</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        int* ends = stackalloc int[2];
        if (Pipe2Native(ends, CloseOnExec) < 0) throw SyscallException.FromLastError("pipe2", "");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>A connected pair of stream sockets, close-on-exec: socketpair(2).</summary>
    public static (SafeFileHandle First, SafeFileHandle Second) CreateSocketPair()
    {
        int* ends = stackalloc int[2];
        if (SocketPairNative(UnixFamily, StreamSocket | CloseOnExec, 0, ends) < 0) throw SyscallException.FromLastError("socketpair", "");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>A duplicate that is numbered at least <paramref name="atLeast"/>, close-on-exec: fcntl(2) F_DUPFD_CLOEXEC.</summary>
    public static SafeFileHandle Duplicate(int descriptor, int atLeast)
    {
        int result = FcntlNative(descriptor, DuplicateCloseOnExec, atLeast);
        return result < 0 ? throw SyscallException.FromLastError("fcntl(F_DUPFD_CLOEXEC)", descriptor.ToString()) : new SafeFileHandle(result, ownsHandle: true);
    }

    /// <summary>Makes a descriptor close-on-exec.</summary>
    public static void SetCloseOnExec(int descriptor)
    {
        const int SetDescriptorFlags = 2;
        if (FcntlNative(descriptor, SetDescriptorFlags, 1) < 0) throw SyscallException.FromLastError("fcntl(F_SETFD)", descriptor.ToString());
    }

    /// <summary>dup2(2): the new descriptor is inherited by programs.</summary>
    public static void DuplicateTo(int descriptor, int target)
    {
        if (Dup2Native(descriptor, target) < 0) throw SyscallException.FromLastError("dup2", target.ToString());
    }

    /// <summary>Makes every descriptor from one on close-on-exec: close_range(2), Linux 5.11.</summary>
    public static void CloseOnExecFrom(int first)
    {
        const uint CloseRangeCloseOnExec = 4;
        if (SyscallNative(SystemCallNumbers.CloseRange, first, unchecked((nint)uint.MaxValue), (nint)CloseRangeCloseOnExec, 0) < 0)
            throw SyscallException.FromLastError("close_range", first.ToString());
    }

    /// <summary>A copy of another process's descriptor: pidfd_open(2), pidfd_getfd(2), Linux 5.6. Needs ptrace rights over it.</summary>
    public static SafeFileHandle TakeDescriptor(int pid, int descriptor)
    {
        int pidFd = (int)SyscallNative(SystemCallNumbers.PidFdOpen, pid, 0, 0, 0);
        if (pidFd < 0) throw SyscallException.FromLastError("pidfd_open", pid.ToString());
        using var process = new SafeFileHandle(pidFd, ownsHandle: true);
        int result = (int)SyscallNative(SystemCallNumbers.PidFdGetFd, pidFd, descriptor, 0, 0);
        return result < 0 ? throw SyscallException.FromLastError("pidfd_getfd", pid.ToString()) : new SafeFileHandle(result, ownsHandle: true);
    }

    /// <summary>Replaces the process: execve(2). Returns only on failure, with the errno value.</summary>
    public static int Execute(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        using var p = new NativeText(path);
        using var argv = new NativeTextArray(arguments);
        using var envp = new NativeTextArray(environment);
        _ = ExecveNative(p.Pointer, argv.Pointer, envp.Pointer);
        return Marshal.GetLastPInvokeError();
    }

    /// <summary>A new session without a terminal: setsid(2).</summary>
    public static void StartSession()
    {
        if (SetSidNative() < 0) throw SyscallException.FromLastError("setsid", "");
    }

    /// <summary>umask(2).</summary>
    public static void SetUmask(int mask) => _ = UmaskNative(mask);

    /// <summary>Sets every signal back to its default, so that what the runtime ignores is not ignored by the next program: signal(2).</summary>
    public static void ResetSignals()
    {
        // Fails for KILL, STOP and the two that libc keeps; those can't be changed by anybody.
        for (int signal = 1; signal <= 64; signal++) _ = SignalNative(signal, 0);
    }

    /// <summary>Limits of a resource: setrlimit(2). The hard limit is lowered to what is allowed.</summary>
    /// <param name="resource">RLIMIT_* value.</param>
    /// <param name="soft">Wanted soft limit.</param>
    /// <param name="hard">Wanted hard limit.</param>
    public static void LimitResource(int resource, ulong soft, ulong hard)
    {
        ulong* limits = stackalloc ulong[2];
        if (GetRLimitNative(resource, limits) < 0) throw SyscallException.FromLastError("getrlimit", resource.ToString());
        limits[1] = Math.Min(hard, limits[1]);
        limits[0] = Math.Min(soft, limits[1]);
        if (SetRLimitNative(resource, limits) < 0) throw SyscallException.FromLastError("setrlimit", resource.ToString());
    }

    /// <summary>The most this process may set a resource's limit to: getrlimit(2).</summary>
    /// <param name="resource">RLIMIT_* value.</param>
    public static ulong HardLimit(int resource)
    {
        ulong* limits = stackalloc ulong[2];
        return GetRLimitNative(resource, limits) < 0 ? throw SyscallException.FromLastError("getrlimit", resource.ToString()) : limits[1];
    }

    /// <summary>Ends the process at once, without finalizers or exit handlers: _exit(2).</summary>
    public static void ExitNow(int code) => ExitNative(code);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPidNative(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillNative(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2Native(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPairNative(int family, int type, int protocol, int* ends);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlNative(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2Native(int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    private static partial int ExecveNative(byte* path, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSidNative();

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial int UmaskNative(int mask);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SignalNative(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetRLimitNative(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetRLimitNative(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNative(int code);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SyscallNative(nint number, nint a, nint b, nint c, nint d);
}
