using System.Runtime.InteropServices;
using Builder.Linux.Native;

namespace Builder.Linux.Identity;

/// <summary>
/// Ids and capabilities of the calling thread. Raw system calls on purpose: libc's wrappers change all threads of the process, and only the
/// thread that will call execve matters.
/// </summary>
public static unsafe partial class CredentialCalls
{
    private const int InvalidArgument = 22;
    private const int BoundingRead = 23;
    private const int BoundingDrop = 24;
    private const int NoNewPrivileges = 38;
    private const int Ambient = 47;
    private const int AmbientClearAll = 4;
    private const uint CapabilityVersion3 = 0x20080522;

    /// <summary>Real user id of the process.</summary>
    public static int UserId => GetUidNative();

    /// <summary>Real group id of the process.</summary>
    public static int GroupId => GetGidNative();

    /// <summary>setgroups(2), setresgid(2), setresuid(2), in this order.</summary>
    public static void SwitchTo(int uid, int gid, ReadOnlySpan<int> groups)
    {
        fixed (int* list = groups)
        {
            if (SyscallNative(SystemCallNumbers.SetGroups, groups.Length, (nint)list, 0) < 0) throw SyscallException.FromLastError("setgroups", gid.ToString());
        }

        if (SyscallNative(SystemCallNumbers.SetResGid, gid, gid, gid) < 0) throw SyscallException.FromLastError("setresgid", gid.ToString());
        if (SyscallNative(SystemCallNumbers.SetResUid, uid, uid, uid) < 0) throw SyscallException.FromLastError("setresuid", uid.ToString());
    }

    /// <summary>Takes every capability but the given ones out of the bounding set, and empties the ambient set: prctl(2).</summary>
    public static void LimitBoundingSet(IReadOnlyCollection<int> keep)
    {
        if (PrctlNative(Ambient, AmbientClearAll, 0, 0, 0) < 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            throw SyscallException.FromLastError("prctl(PR_CAP_AMBIENT)", "");
        for (int capability = 0; PrctlNative(BoundingRead, (nuint)capability, 0, 0, 0) >= 0; capability++)
        {
            if (!keep.Contains(capability) && PrctlNative(BoundingDrop, (nuint)capability, 0, 0, 0) < 0)
                throw SyscallException.FromLastError("prctl(PR_CAPBSET_DROP)", capability.ToString());
        }
    }

    /// <summary>Sets permitted and effective set to the given capabilities, and the inheritable set to nothing: capset(2).</summary>
    public static void SetCapabilities(IReadOnlyCollection<int> capabilities)
    {
        ulong mask = 0;
        foreach (int capability in capabilities) mask |= 1UL << capability;
        uint* header = stackalloc uint[2] { CapabilityVersion3, 0 };
        uint* data = stackalloc uint[6] { (uint)mask, (uint)mask, 0, (uint)(mask >> 32), (uint)(mask >> 32), 0 };
        if (SyscallNative(SystemCallNumbers.CapSet, (nint)header, (nint)data, 0) < 0) throw SyscallException.FromLastError("capset", mask.ToString("x16"));
    }

    /// <summary>No program can gain privileges from here on: prctl(2) PR_SET_NO_NEW_PRIVS.</summary>
    public static void ForbidNewPrivileges()
    {
        if (PrctlNative(NoNewPrivileges, 1, 0, 0, 0) < 0) throw SyscallException.FromLastError("prctl(PR_SET_NO_NEW_PRIVS)", "");
    }

    /// <summary>
    /// Filters the calling thread's system calls from here on: seccomp(2). Needs CAP_SYS_ADMIN in the user namespace, unless no program can gain
    /// privileges any more.
    /// </summary>
    /// <param name="program">An array of <c>struct sock_filter</c>.</param>
    public static void FilterSystemCalls(ReadOnlySpan<byte> program)
    {
        const int SetModeFilter = 1;
        fixed (byte* instructions = program)
        {
            nint* header = stackalloc nint[2] { program.Length / 8, (nint)instructions };
            if (SyscallNative(SystemCallNumbers.Seccomp, SetModeFilter, 0, (nint)header) < 0) throw SyscallException.FromLastError("seccomp", "");
        }
    }

    /// <summary>A new, empty session keyring: keyctl(2). A kernel without keyrings is no error.</summary>
    public static void JoinNewKeyring()
    {
        const int JoinSessionKeyring = 1;
        const int NoSuchCall = 38;
        const int QuotaExceeded = 122;
        if (SyscallNative(SystemCallNumbers.KeyCtl, JoinSessionKeyring, 0, 0) < 0 && Marshal.GetLastPInvokeError() is not (NoSuchCall or QuotaExceeded))
            throw SyscallException.FromLastError("keyctl(KEYCTL_JOIN_SESSION_KEYRING)", "");
    }

    [LibraryImport("libc", EntryPoint = "getuid")]
    private static partial int GetUidNative();

    [LibraryImport("libc", EntryPoint = "getgid")]
    private static partial int GetGidNative();

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrctlNative(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SyscallNative(nint number, nint a, nint b, nint c);
}
