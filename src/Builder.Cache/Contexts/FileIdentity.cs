using System.Buffers.Binary;
using Builder.Linux.Files;

namespace Builder.Cache.Contexts;

/// <summary>Everything of a file's status that changes when its content does.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long Length, FileTime Modified, FileTime Changed)
{
    /// <summary>Bytes it takes in a file.</summary>
    internal const int Size = (5 * sizeof(long)) + (2 * sizeof(int));

    internal static FileIdentity Of(in FileStatus status) => new(status.Device, status.Inode, status.Size, status.Modified, status.Changed);

    internal static FileIdentity Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
        new FileTime(BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[40..])),
        new FileTime(BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[44..])));

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Device);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Inode);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Modified.Seconds);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], Changed.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[40..], Modified.Nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[44..], Changed.Nanoseconds);
    }
}
