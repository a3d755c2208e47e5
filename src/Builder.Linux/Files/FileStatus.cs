using Builder.Linux.Native;

namespace Builder.Linux.Files;

/// <summary>What the kernel knows of a file.</summary>
/// <param name="Type">Kind.</param>
/// <param name="Mode">Permission bits with set-uid, set-gid and sticky.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="Size">Bytes; length of the target for a symbolic link.</param>
/// <param name="Inode">Number within <paramref name="Device"/>.</param>
/// <param name="Device">File system it is on.</param>
/// <param name="LinkCount">Names it has.</param>
/// <param name="DeviceMajor">Of a device node.</param>
/// <param name="DeviceMinor">Of a device node.</param>
/// <param name="Modified">Of the content.</param>
/// <param name="Changed">Of content or metadata; can't be set by a program.</param>
public readonly record struct FileStatus(
    FileType Type,
    int Mode,
    int Uid,
    int Gid,
    long Size,
    ulong Inode,
    ulong Device,
    int LinkCount,
    uint DeviceMajor,
    uint DeviceMinor,
    FileTime Modified,
    FileTime Changed)
{
    /// <summary>Room it takes on the disk, in bytes: what du(1) counts.</summary>
    public long Allocated { get; init; }

    /// <summary>When it was last read, as far as the file system keeps that.</summary>
    public FileTime Accessed { get; init; }

    // Of statx(2), whatever the file system's own is.
    private const int BlockSize = 512;

    public bool IsDirectory => Type == FileType.Directory;

    public bool IsRegular => Type == FileType.Regular;

    public bool IsSymbolicLink => Type == FileType.SymbolicLink;

    internal static FileStatus From(ref readonly StatH.StatxBuffer buffer) => new(
        TypeOf(buffer.Mode),
        buffer.Mode & 0xFFF,
        (int)buffer.Uid,
        (int)buffer.Gid,
        (long)buffer.Size,
        buffer.Inode,
        ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor,
        (int)buffer.LinkCount,
        buffer.SpecialMajor,
        buffer.SpecialMinor,
        new FileTime(buffer.Modified.Seconds, (int)buffer.Modified.Nanoseconds),
        new FileTime(buffer.Changed.Seconds, (int)buffer.Changed.Nanoseconds))
    {
        Allocated = (long)buffer.Blocks * BlockSize,
        Accessed = new FileTime(buffer.Accessed.Seconds, (int)buffer.Accessed.Nanoseconds),
    };

    private static FileType TypeOf(uint mode) => (mode & StatH.TypeMask) switch
    {
        StatH.TypeRegular => FileType.Regular,
        StatH.TypeDirectory => FileType.Directory,
        StatH.TypeLink => FileType.SymbolicLink,
        StatH.TypeCharacter => FileType.CharacterDevice,
        StatH.TypeBlock => FileType.BlockDevice,
        StatH.TypeFifo => FileType.Fifo,
        StatH.TypeSocket => FileType.Socket,
        _ => FileType.Unknown,
    };
}
