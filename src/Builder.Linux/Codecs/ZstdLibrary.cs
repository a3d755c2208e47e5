using System.Runtime.InteropServices;
using Builder.Linux.Native;

namespace Builder.Linux.Codecs;

/// <summary>The system's libzstd, which dpkg and rpm depend on.</summary>
public static unsafe class ZstdLibrary
{
    /// <summary>The level of the zstd program when none is given.</summary>
    public const int DefaultLevel = 3;

    /// <summary>The highest level that needs no special switch of readers.</summary>
    public const int MaxLevel = 22;

    /// <summary>The most that some bytes can become (ZSTD_COMPRESSBOUND).</summary>
    public static int MaxCompressedSize(int size) => size + (size >> 8) + (1 << 17 >> 11);

    /// <summary>Compresses some bytes into one frame with its size and a checksum.</summary>
    /// <returns>Bytes of the frame.</returns>
    public static int Compress(ReadOnlySpan<byte> input, Span<byte> output, int level)
    {
        nint context = Require(ZstdH.CreateCompression());
        try
        {
            Check(ZstdH.SetCompressionParameter(context, ZstdH.CompressionLevelParameter, level));
            Check(ZstdH.SetCompressionParameter(context, ZstdH.ChecksumFlagParameter, 1));
            fixed (byte* from = input)
            fixed (byte* to = output)
            {
                return (int)Check(ZstdH.Compress(context, to, (nuint)output.Length, from, (nuint)input.Length));
            }
        }
        finally
        {
            ZstdH.FreeCompression(context);
        }
    }

    internal static nint Require(nint context) => context != 0 ? context : throw new InvalidOperationException("libzstd can't get memory");

    internal static nuint Check(nuint code) =>
        ZstdH.IsError(code) == 0 ? code : throw new InvalidDataException(Marshal.PtrToStringUTF8((nint)ZstdH.ErrorName(code)) ?? "unknown error");
}
