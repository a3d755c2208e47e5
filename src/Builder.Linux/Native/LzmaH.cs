using System.Runtime.InteropServices;

namespace Builder.Linux.Native;

/// <summary>lzma.h of liblzma 5: decoding of .xz files.</summary>
internal static unsafe partial class LzmaH
{
    internal const int Ok = 0;
    internal const int StreamEnd = 1;
    internal const int MemoryError = 5;
    internal const int MemoryLimitError = 6;
    internal const int BufferError = 10;
    internal const int Run = 0;
    internal const int Finish = 3;
    internal const uint Concatenated = 0x08;

    private const string Library = "liblzma.so.5";

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder")]
    internal static partial int StreamDecoder(Stream* stream, ulong memoryLimit, uint flags);

    [LibraryImport(Library, EntryPoint = "lzma_code")]
    internal static partial int Code(Stream* stream, int action);

    [LibraryImport(Library, EntryPoint = "lzma_end")]
    internal static partial void End(Stream* stream);

    /// <summary>lzma_stream: all zero to begin with.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Stream
    {
        internal byte* NextIn;
        internal nuint AvailableIn;
        internal ulong TotalIn;
        internal byte* NextOut;
        internal nuint AvailableOut;
        internal ulong TotalOut;
        internal nint Allocator;
        internal nint Internal;
        internal nint ReservedPointer1;
        internal nint ReservedPointer2;
        internal nint ReservedPointer3;
        internal nint ReservedPointer4;
        internal ulong SeekPosition;
        internal ulong ReservedInteger2;
        internal nuint ReservedInteger3;
        internal nuint ReservedInteger4;
        internal int ReservedEnum1;
        internal int ReservedEnum2;
    }
}
