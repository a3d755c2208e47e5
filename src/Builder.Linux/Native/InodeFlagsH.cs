using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Native;

/// <summary>linux/fs.h: the flags lsattr(1) shows. See ioctl_iflags(2).</summary>
internal static unsafe partial class InodeFlagsH
{
    internal const nuint GetFlags = 0x80086601;
    internal const nuint SetFlags = 0x40086602;
    internal const int TopDirectory = 0x20000;

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Ioctl(SafeFileHandle descriptor, nuint request, int* flags);
}
