using System.Runtime.InteropServices;

namespace Builder.Linux.Native;

/// <summary>zstd.h of libzstd 1.4 and newer: the parts of the stable interface that are used.</summary>
internal static unsafe partial class ZstdH
{
    internal const int CompressionLevelParameter = 100;
    internal const int ChecksumFlagParameter = 201;
    internal const int WindowLogMaxParameter = 100;

    private const string Library = "libzstd.so.1";

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    internal static partial nint CreateCompression();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    internal static partial nuint FreeCompression(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    internal static partial nuint SetCompressionParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress2")]
    internal static partial nuint Compress(nint context, byte* output, nuint outputSize, byte* input, nuint inputSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    internal static partial nint CreateDecompression();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    internal static partial nuint FreeDecompression(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_setParameter")]
    internal static partial nuint SetDecompressionParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    internal static partial nuint DecompressStream(nint context, Buffer* output, Buffer* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    internal static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    internal static partial byte* ErrorName(nuint code);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which have the same shape.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Buffer
    {
        internal byte* Start;
        internal nuint Size;
        internal nuint Position;
    }
}
