using System.Runtime.InteropServices;
using Builder.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Processes;

/// <summary>Plain reading and writing of pipes, sockets and terminals, which have no position.</summary>
public static unsafe partial class DescriptorCalls
{
    /// <summary>Reads what is there, waiting for at least one byte; 0 at the end: read(2).</summary>
    public static int Read(SafeFileHandle handle, Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            nint read;
            do read = ReadNative((int)handle.DangerousGetHandle(), pointer, (nuint)buffer.Length);
            while (read < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
            return read < 0 ? throw SyscallException.FromLastError("read", handle.DangerousGetHandle().ToString()) : (int)read;
        }
    }

    /// <summary>Writes everything: write(2).</summary>
    public static void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* pointer = bytes)
            {
                nint written = WriteNative((int)handle.DangerousGetHandle(), pointer, (nuint)bytes.Length);
                if (written >= 0) bytes = bytes[(int)written..];
                else if (Marshal.GetLastPInvokeError() != Errno.EINTR) throw SyscallException.FromLastError("write", handle.DangerousGetHandle().ToString());
            }
        }
    }

    /// <summary>A file in memory that no directory has, close-on-exec: memfd_create(2).</summary>
    public static SafeFileHandle CreateMemoryFile(string name)
    {
        using var text = new NativeText(name);
        int descriptor = MemFdCreateNative(text.Pointer, 1);
        return descriptor < 0 ? throw SyscallException.FromLastError("memfd_create", name) : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    private static partial int MemFdCreateNative(byte* name, uint flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadNative(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteNative(int descriptor, byte* buffer, nuint count);
}
