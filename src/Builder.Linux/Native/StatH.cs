using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Native;

/// <summary>sys/stat.h. statx is used for its layout, which is the same everywhere (Linux 4.11, glibc 2.28).</summary>
internal static unsafe partial class StatH
{
    internal const uint TypeMask = 0xF000;
    internal const uint TypeFifo = 0x1000;
    internal const uint TypeCharacter = 0x2000;
    internal const uint TypeDirectory = 0x4000;
    internal const uint TypeBlock = 0x6000;
    internal const uint TypeRegular = 0x8000;
    internal const uint TypeLink = 0xA000;
    internal const uint TypeSocket = 0xC000;

    internal const uint BasicStats = 0x7FF;
    internal const long TimeOmit = (1L << 30) - 2;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static partial int Statx(SafeFileHandle directory, byte* path, int flags, uint mask, StatxBuffer* buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static partial int Statx(int directory, byte* path, int flags, uint mask, StatxBuffer* buffer);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    internal static partial int MkdirAt(SafeFileHandle directory, byte* path, uint mode);

    [LibraryImport("libc", EntryPoint = "mknodat", SetLastError = true)]
    internal static partial int MknodAt(SafeFileHandle directory, byte* path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int Fchmod(SafeFileHandle descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    internal static partial int FchmodAt(int directory, byte* path, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    internal static partial int UtimensAt(SafeFileHandle directory, byte* path, TimeSpecification* times, int flags);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    internal static partial int UtimensAt(int directory, byte* path, TimeSpecification* times, int flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    internal static partial int Futimens(SafeFileHandle descriptor, TimeSpecification* times);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct statx_timestamp.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct StatxTime
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;
    }

    /// <summary>struct statx, 256 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct StatxBuffer
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint LinkCount;
        public uint Uid;
        public uint Gid;
        public ushort Mode;
        public ushort Spare0;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        public StatxTime Accessed;
        public StatxTime Born;
        public StatxTime Changed;
        public StatxTime Modified;
        public uint SpecialMajor;
        public uint SpecialMinor;
        public uint DeviceMajor;
        public uint DeviceMinor;
        public fixed ulong Rest[14];
    }
}
