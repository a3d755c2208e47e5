using System.Runtime.InteropServices;

namespace Builder.Linux.Native;

/// <summary>Numbers of system calls that libc (2.36 and older) has no function for. Those from 424 on are the same on all processors.</summary>
internal static class SystemCallNumbers
{
    public const int OpenTree = 428;
    public const int MoveMount = 429;
    public const int FsOpen = 430;
    public const int FsConfig = 431;
    public const int FsMount = 432;
    public const int PidFdOpen = 434;
    public const int CloseRange = 436;
    public const int PidFdGetFd = 438;
    public const int MountSetAttributes = 442;

    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static int PivotRoot => IsX64 ? 155 : 41;

    public static int CapSet => IsX64 ? 126 : 91;

    public static int SetGroups => IsX64 ? 116 : 159;

    public static int SetResGid => IsX64 ? 119 : 149;

    public static int SetResUid => IsX64 ? 117 : 147;

    public static int Seccomp => IsX64 ? 317 : 277;

    public static int KeyCtl => IsX64 ? 250 : 219;
}
