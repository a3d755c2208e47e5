using System.Runtime.InteropServices;
using Builder.Linux.Native;

namespace Builder.Linux.Files;

public sealed unsafe partial class DirectoryHandle
{
    private const int LongestLink = 64 * 1024;

    /// <summary>The entries but <c>.</c> and <c>..</c>, in the order of the file system. getdents64(2).</summary>
    public IReadOnlyList<DirectoryEntry> List()
    {
        // A descriptor of its own: the position in a listing belongs to the open file, which duplicates share.
        using DirectoryHandle listing = OpenDirectoryBeneath(default);
        List<DirectoryEntry> entries = [];
        byte[] buffer = new byte[32 * 1024];
        fixed (byte* pointer = buffer)
        {
            while (true)
            {
                nint length = DirentH.GetDents64(listing.Handle, pointer, (nuint)buffer.Length);
                if (length < 0) throw SyscallException.FromLastError("getdents64", ".");
                if (length == 0) return entries;
                Collect(buffer.AsSpan(0, (int)length), entries);
            }
        }
    }

    /// <summary>Makes a directory.</summary>
    public void MakeDirectory(ReadOnlySpan<byte> name, int mode)
    {
        NameBuffer buffer = new(name);
        if (StatH.MkdirAt(Handle, buffer.Pointer, (uint)mode) < 0) throw SyscallException.FromLastError("mkdirat", name);
    }

    /// <summary>Where a symbolic link points.</summary>
    public byte[] ReadLink(ReadOnlySpan<byte> name)
    {
        NameBuffer buffer = new(name);
        for (int size = 256; ; size *= 4)
        {
            byte[] target = new byte[size];
            nint length;
            fixed (byte* pointer = target) length = UnistdH.ReadLinkAt(Handle, buffer.Pointer, pointer, (nuint)size);
            if (length < 0) throw SyscallException.FromLastError("readlinkat", name);
            if (length < size) return target.AsSpan(0, (int)length).ToArray();
            if (size > LongestLink) throw new SyscallException("readlinkat", UnixPath.Quote(name), Errno.ENAMETOOLONG);
        }
    }

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="target">Any bytes but zero.</param>
    /// <param name="name">Its name.</param>
    public void MakeSymbolicLink(ReadOnlySpan<byte> target, ReadOnlySpan<byte> name)
    {
        NameBuffer buffer = new(name);
        fixed (byte* pointer = Terminated(target))
        {
            if (UnistdH.SymlinkAt(pointer, Handle, buffer.Pointer) < 0) throw SyscallException.FromLastError("symlinkat", name);
        }
    }

    /// <summary>Gives a file another name; a symbolic link is linked itself.</summary>
    public void MakeHardLink(DirectoryHandle fromDirectory, ReadOnlySpan<byte> fromName, ReadOnlySpan<byte> name)
    {
        NameBuffer from = new(fromName);
        NameBuffer to = new(name);
        if (UnistdH.LinkAt(fromDirectory.Handle, from.Pointer, Handle, to.Pointer, 0) < 0) throw SyscallException.FromLastError("linkat", name);
    }

    /// <summary>Makes a device node or a FIFO.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Fifo, character or block device.</param>
    /// <param name="mode">Permission bits, before the umask.</param>
    /// <param name="major">Of a device.</param>
    /// <param name="minor">Of a device.</param>
    public void MakeNode(ReadOnlySpan<byte> name, FileType type, int mode, uint major = 0, uint minor = 0)
    {
        uint bits = type switch
        {
            FileType.Fifo => StatH.TypeFifo,
            FileType.CharacterDevice => StatH.TypeCharacter,
            FileType.BlockDevice => StatH.TypeBlock,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a node"),
        };
        NameBuffer buffer = new(name);

        // makedev(3): the low byte of the minor, 12 bits of the major, then the rest of both.
        ulong device = (minor & 0xFFul) | ((major & 0xFFFul) << 8) | ((minor & ~0xFFul) << 12) | ((major & ~0xFFFul) << 32);
        if (StatH.MknodAt(Handle, buffer.Pointer, bits | (uint)mode, device) < 0) throw SyscallException.FromLastError("mknodat", name);
    }

    /// <summary>Moves an entry, replacing what has the new name.</summary>
    public void Rename(ReadOnlySpan<byte> name, DirectoryHandle toDirectory, ReadOnlySpan<byte> toName, bool replace = true)
    {
        NameBuffer from = new(name);
        NameBuffer to = new(toName);
        uint flags = replace ? 0 : StdioH.RenameNoReplace;
        if (StdioH.RenameAt2(Handle, from.Pointer, toDirectory.Handle, to.Pointer, flags) < 0)
            throw SyscallException.FromLastError("renameat2", name);
    }

    /// <summary>Removes anything but a directory.</summary>
    public void RemoveFile(ReadOnlySpan<byte> name) => Remove(name, 0);

    /// <summary>Removes an empty directory.</summary>
    public void RemoveDirectory(ReadOnlySpan<byte> name) => Remove(name, FcntlH.AtRemoveDir);

    private static void Collect(ReadOnlySpan<byte> records, List<DirectoryEntry> entries)
    {
        while (!records.IsEmpty)
        {
            int recordLength = MemoryMarshal.Read<ushort>(records[DirentH.RecordLengthOffset..]);
            ReadOnlySpan<byte> name = records[DirentH.NameOffset..recordLength];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                entries.Add(new DirectoryEntry(name.ToArray(), TypeOf(records[DirentH.TypeOffset])));
            records = records[recordLength..];
        }
    }

    private static FileType TypeOf(byte type) => type switch
    {
        1 => FileType.Fifo,
        2 => FileType.CharacterDevice,
        4 => FileType.Directory,
        6 => FileType.BlockDevice,
        8 => FileType.Regular,
        10 => FileType.SymbolicLink,
        12 => FileType.Socket,
        _ => FileType.Unknown,
    };

    private void Remove(ReadOnlySpan<byte> name, int flags)
    {
        NameBuffer buffer = new(name);
        if (UnistdH.UnlinkAt(Handle, buffer.Pointer, flags) < 0) throw SyscallException.FromLastError("unlinkat", name);
    }
}
