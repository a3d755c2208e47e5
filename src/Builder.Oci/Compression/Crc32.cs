namespace Builder.Oci.Compression;

/// <summary>Arithmetic on CRC-32 checksums (the polynomial of gzip), as polynomials over the field of two elements.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xedb88320;
    private const uint One = 1u << 31;

    /// <summary>The checksum of two pieces in a row from those of each.</summary>
    /// <param name="first">Of the first piece.</param>
    /// <param name="second">Of the second.</param>
    /// <param name="secondSize">Bytes of the second piece.</param>
    internal static uint Combine(uint first, uint second, long secondSize) => Multiply(PowerOfX(secondSize * 8), first) ^ second;

    // x to a power, by squaring.
    private static uint PowerOfX(long exponent)
    {
        uint result = One;
        uint square = One >> 1;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0) result = Multiply(square, result);
            square = Multiply(square, square);
        }

        return result;
    }

    // Modulo the polynomial; the highest bit is the coefficient of x to the zero.
    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (uint bit = One; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0) product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }

        return product;
    }
}
