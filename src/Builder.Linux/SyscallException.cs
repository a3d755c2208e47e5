using System.Runtime.InteropServices;

namespace Builder.Linux;

/// <summary>A system call failed: <c>openat2(etc/passwd): ENOENT (2): No such file or directory</c>.</summary>
public sealed class SyscallException : IOException
{
    /// <summary>Describes a failed call.</summary>
    /// <param name="call">Name of the call, such as <c>openat</c>.</param>
    /// <param name="subject">What it was called on, for people.</param>
    /// <param name="errno">The error number.</param>
    public SyscallException(string call, string subject, int errno)
        : base($"{call}({subject}): {Linux.Errno.NameOf(errno)} ({errno}): {Marshal.GetPInvokeErrorMessage(errno)}")
    {
        (Call, Subject, Errno) = (call, subject, errno);
    }

    /// <summary>Name of the call.</summary>
    public string Call { get; }

    /// <summary>What it was called on.</summary>
    public string Subject { get; }

    /// <summary>The error number; see <see cref="Linux.Errno"/>.</summary>
    public int Errno { get; }

    /// <summary>The exception for the call that has just failed on this thread.</summary>
    public static SyscallException FromLastError(string call, string subject) => new(call, subject, Marshal.GetLastPInvokeError());

    internal static SyscallException FromLastError(string call, ReadOnlySpan<byte> subject)
    {
        int errno = Marshal.GetLastPInvokeError();
        return new SyscallException(call, Files.UnixPath.Quote(subject), errno);
    }
}
