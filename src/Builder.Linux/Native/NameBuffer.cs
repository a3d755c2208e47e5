using System.Runtime.CompilerServices;

namespace Builder.Linux.Native;

/// <summary>A file name with its terminating zero, on the stack: a directory entry is at most 255 bytes.</summary>
internal unsafe ref struct NameBuffer
{
    private const int Longest = 255;
    private fixed byte _bytes[Longest + 1];

    /// <summary>Takes a single name; anything that could mean another directory is refused before it meets the kernel.</summary>
    internal NameBuffer(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || name.ContainsAny((byte)'/', (byte)0))
            throw new ArgumentException($"'{Files.UnixPath.Quote(name)}' is not a file name", nameof(name));
        if (name.Length > Longest) throw new SyscallException("open", Files.UnixPath.Quote(name), Errno.ENAMETOOLONG);
        name.CopyTo(new Span<byte>(Pointer, Longest));
    }

    /// <summary>Valid while the variable that holds this buffer is in scope.</summary>
    internal byte* Pointer => (byte*)Unsafe.AsPointer(ref _bytes[0]);
}
