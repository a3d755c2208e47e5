using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Native;

/// <summary>stdio.h: renaming.</summary>
internal static unsafe partial class StdioH
{
    internal const uint RenameNoReplace = 1;
    internal const uint RenameExchange = 2;

    /// <summary>Linux 3.15, glibc 2.28.</summary>
    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    internal static partial int RenameAt2(SafeFileHandle fromDirectory, byte* from, SafeFileHandle toDirectory, byte* to, uint flags);
}
