using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Native;

/// <summary>dirent.h: getdents64 (glibc 2.30).</summary>
internal static unsafe partial class DirentH
{
    /// <summary>Offsets inside struct dirent64: inode 0, offset 8, record length 16, type 18, name 19.</summary>
    internal const int RecordLengthOffset = 16;
    internal const int TypeOffset = 18;
    internal const int NameOffset = 19;

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    internal static partial nint GetDents64(SafeFileHandle directory, byte* buffer, nuint size);
}
