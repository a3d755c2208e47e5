using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Builder.Linux.Terminals;

/// <summary>Terminals: termios(3), ioctl_tty(2), pty(7).</summary>
public static unsafe partial class TerminalCalls
{
    private const nuint UnlockSlave = 0x40045431;
    private const nuint OpenPeer = 0x5441;
    private const nuint SetControlling = 0x540E;
    private const nuint GetSize = 0x5413;
    private const nuint SetSize = 0x5414;
    private const int SettingsSize = 64;
    private const int LocalModes = 12; // c_lflag's offset
    private const uint Echo = 8;

    /// <summary>Whether a descriptor is a terminal.</summary>
    public static bool IsTerminal(int descriptor) => IsATtyNative(descriptor) == 1;

    /// <summary>The settings of a terminal, to be restored later: tcgetattr(3).</summary>
    public static byte[] ReadSettings(int descriptor)
    {
        byte[] settings = new byte[SettingsSize];
        fixed (byte* pointer = settings)
        {
            if (TcGetAttrNative(descriptor, pointer) < 0) throw SyscallException.FromLastError("tcgetattr", descriptor.ToString());
        }

        return settings;
    }

    /// <summary>Sets a terminal's settings now: tcsetattr(3).</summary>
    public static void WriteSettings(int descriptor, byte[] settings)
    {
        fixed (byte* pointer = settings)
        {
            if (TcSetAttrNative(descriptor, 0, pointer) < 0) throw SyscallException.FromLastError("tcsetattr", descriptor.ToString());
        }
    }

    /// <summary>Settings under which every byte passes unchanged: cfmakeraw(3).</summary>
    public static byte[] MakeRaw(byte[] settings)
    {
        byte[] raw = [.. settings];
        fixed (byte* pointer = raw) CfMakeRawNative(pointer);
        return raw;
    }

    /// <summary>Settings under which what is typed isn't shown: ECHO of termios(3).</summary>
    public static byte[] WithoutEcho(byte[] settings)
    {
        byte[] hidden = [.. settings];
        Span<byte> localModes = hidden.AsSpan(LocalModes, sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(localModes, BinaryPrimitives.ReadUInt32LittleEndian(localModes) & ~Echo);
        return hidden;
    }

    /// <summary>Unlocks a pseudo terminal's slave and opens it: TIOCSPTLCK, TIOCGPTPEER (Linux 4.13).</summary>
    public static SafeFileHandle OpenSlave(SafeFileHandle master)
    {
        int unlocked = 0;
        int descriptor = (int)master.DangerousGetHandle();
        if (IoctlNative(descriptor, UnlockSlave, (nint)(&unlocked)) < 0) throw SyscallException.FromLastError("ioctl(TIOCSPTLCK)", "");
        int slave = IoctlNative(descriptor, OpenPeer, 0x80000 | 0x100 | 2);
        return slave < 0 ? throw SyscallException.FromLastError("ioctl(TIOCGPTPEER)", "") : new SafeFileHandle(slave, ownsHandle: true);
    }

    /// <summary>Makes a terminal the controlling one of the calling process's session: TIOCSCTTY.</summary>
    public static void BecomeControlling(int descriptor)
    {
        if (IoctlNative(descriptor, SetControlling, 0) < 0) throw SyscallException.FromLastError("ioctl(TIOCSCTTY)", "");
    }

    /// <summary>Gives one terminal the size of another; does nothing when the first is none.</summary>
    public static void CopySize(int from, int to)
    {
        long size = 0;
        if (IoctlNative(from, GetSize, (nint)(&size)) < 0) return;
        if (IoctlNative(to, SetSize, (nint)(&size)) < 0) throw SyscallException.FromLastError("ioctl(TIOCSWINSZ)", "");
    }

    /// <summary>Columns and rows of a terminal; null when the descriptor is none: ioctl_tty(2), TIOCGWINSZ.</summary>
    public static (int Columns, int Rows)? ReadSize(int descriptor)
    {
        ushort* size = stackalloc ushort[4];
        return IoctlNative(descriptor, GetSize, (nint)size) < 0 ? null : (size[1], size[0]);
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsATtyNative(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int TcGetAttrNative(int descriptor, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int TcSetAttrNative(int descriptor, int when, byte* settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void CfMakeRawNative(byte* settings);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlNative(int descriptor, nuint request, nint argument);
}
