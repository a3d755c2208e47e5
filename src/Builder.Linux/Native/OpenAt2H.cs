using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Native;

/// <summary>linux/openat2.h (Linux 5.6). The C library has no wrapper, so it goes through syscall(2).</summary>
internal static unsafe partial class OpenAt2H
{
    /// <summary>Same number on every architecture.</summary>
    internal const long SystemCall = 437;

    internal const ulong NoMagicLinks = 0x02;
    internal const ulong NoSymlinks = 0x04;
    internal const ulong Beneath = 0x08;
    internal const ulong InRoot = 0x10;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long OpenAt2(long number, SafeFileHandle directory, byte* path, OpenHow* how, nuint size);

    [StructLayout(LayoutKind.Sequential)]
    internal struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
