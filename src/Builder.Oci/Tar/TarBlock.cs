using System.Buffers.Binary;

namespace Builder.Oci.Tar;

/// <summary>The fixed fields of a 512-byte header block (POSIX ustar; GNU's deviations), and the ways numbers are spelled in them.</summary>
internal static class TarBlock
{
    internal const int Size = 512;
    internal const int MaxNameLength = 64 << 10;
    internal const int MaxPaxSize = 1 << 20;

    internal static readonly Range Name = 0..100;
    internal static readonly Range Mode = 100..108;
    internal static readonly Range Uid = 108..116;
    internal static readonly Range Gid = 116..124;
    internal static readonly Range Length = 124..136;
    internal static readonly Range Modified = 136..148;
    internal static readonly Range Checksum = 148..156;
    internal const int Type = 156;
    internal static readonly Range LinkName = 157..257;
    internal static readonly Range Magic = 257..265;
    internal static readonly Range DeviceMajor = 329..337;
    internal static readonly Range DeviceMinor = 337..345;
    internal static readonly Range Prefix = 345..500;
    internal static readonly Range GnuSparse = 386..482;
    internal const int GnuSparseContinues = 482;
    internal static readonly Range GnuRealSize = 483..495;
    internal const int GnuExtensionContinues = 504;

    internal static ReadOnlySpan<byte> UstarMagic => "ustar\000"u8;

    internal static ReadOnlySpan<byte> GnuMagic => "ustar  \0"u8;

    /// <summary>Bytes that fill the last block of a content.</summary>
    internal static int Padding(long size) => (int)(-size & (Size - 1));

    internal static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    internal static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    /// <summary>Whether the stored checksum is the sum of the bytes; some old programs summed them as signed.</summary>
    internal static bool HasValidChecksum(ReadOnlySpan<byte> block)
    {
        if (!TryNumber(block[Checksum], out long stored)) return false;
        (long unsigned, long signed) = (0, 0);
        for (int i = 0; i < block.Length; i++)
        {
            byte value = i is >= 148 and < 156 ? (byte)' ' : block[i];
            unsigned += value;
            signed += (sbyte)value;
        }

        return stored == unsigned || stored == signed;
    }

    /// <summary>Reads octal digits, or GNU's base 256 when the first bit is set. An empty field is 0.</summary>
    internal static bool TryNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0) return TryBase256(field, out value);
        ReadOnlySpan<byte> digits = Text(field).Trim(" "u8);
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3) return false;
            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }

    /// <summary>Writes octal digits and a NUL; false, and zeros, when the number needs more room.</summary>
    internal static bool TryPutOctal(Span<byte> field, long value)
    {
        int digits = field.Length - 1;
        bool fits = value >= 0 && (digits * 3 >= 63 || value < 1L << (digits * 3));
        long rest = fits ? value : 0;
        for (int i = digits - 1; i >= 0; i--, rest >>= 3) field[i] = (byte)('0' + (rest & 7));
        field[digits] = 0;
        return fits;
    }

    internal static void PutChecksum(Span<byte> block)
    {
        block[Checksum].Fill((byte)' ');
        long sum = 0;
        foreach (byte value in block) sum += value;
        TryPutOctal(block[148..155], sum);
    }

    // Two's complement over the whole field, without its first bit.
    private static bool TryBase256(ReadOnlySpan<byte> field, out long value)
    {
        bool negative = (field[0] & 0x40) != 0;
        byte filler = negative ? (byte)0xff : (byte)0;
        Span<byte> number = stackalloc byte[field.Length];
        field.CopyTo(number);
        if (!negative) number[0] &= 0x7f;
        value = BinaryPrimitives.ReadInt64BigEndian(number[^8..]);
        return !number[..^8].ContainsAnyExcept(filler) && value < 0 == negative;
    }
}
