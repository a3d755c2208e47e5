using System.Runtime.InteropServices;
using System.Text;
using Builder.Linux.Native;

namespace Builder.Linux.Namespaces;

/// <summary>Namespace calls. All act on the calling thread.</summary>
public static unsafe partial class NamespaceCalls
{
    /// <summary>unshare(2). A threaded process can't unshare its user namespace (EINVAL).</summary>
    public static void Unshare(NamespaceKinds kinds)
    {
        if (UnshareNative((int)kinds) < 0) throw SyscallException.FromLastError("unshare", kinds.ToString());
    }

    /// <summary>sethostname(2).</summary>
    public static void SetHostName(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        fixed (byte* pointer = bytes)
        {
            if (SetHostNameNative(pointer, (nuint)bytes.Length) < 0) throw SyscallException.FromLastError("sethostname", name);
        }
    }

    /// <summary>Changes the directory of the thread (after <see cref="NamespaceKinds.FileSystemAttributes"/>), else of the process: chdir(2).</summary>
    public static void ChangeDirectory(string path)
    {
        using var p = new NativeText(path);
        if (ChdirNative(p.Pointer) < 0) throw SyscallException.FromLastError("chdir", path);
    }

    /// <summary>Sets the loopback interface up in the thread's network namespace: netdevice(7), SIOCSIFFLAGS.</summary>
    public static void BringLoopbackUp()
    {
        const int InternetFamily = 2;
        const int Datagram = 2 | 0x80000;
        const nuint SetInterfaceFlags = 0x8914;
        int socket = SocketNative(InternetFamily, Datagram, 0);
        if (socket < 0) throw SyscallException.FromLastError("socket", "lo");
        try
        {
            byte* request = stackalloc byte[40];
            new Span<byte>(request, 40).Clear();
            "lo"u8.CopyTo(new Span<byte>(request, 16));
            *(short*)(request + 16) = 0x1 | 0x40; // IFF_UP | IFF_RUNNING
            if (IoctlNative(socket, SetInterfaceFlags, request) < 0) throw SyscallException.FromLastError("ioctl(SIOCSIFFLAGS)", "lo");
        }
        finally
        {
            _ = CloseNative(socket);
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int UnshareNative(int flags);

    [LibraryImport("libc", EntryPoint = "sethostname", SetLastError = true)]
    private static partial int SetHostNameNative(byte* name, nuint length);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true)]
    private static partial int ChdirNative(byte* path);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketNative(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlNative(int descriptor, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseNative(int descriptor);
}
