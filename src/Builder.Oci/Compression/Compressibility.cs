using System.Buffers;
using System.Buffers.Binary;

namespace Builder.Oci.Compression;

/// <summary>
/// Tells quickly whether deflate would make a block noticeably smaller. Random or compressed bytes cost it more time than any others, and
/// gain nothing. The answer depends on the bytes alone and is reckoned in whole numbers, so that it is the same on every machine.
/// </summary>
internal static class Compressibility
{
    // Below it chance hides what the counts would tell.
    private const int SmallestBlock = 16 << 10;

    private const int TableBits = 14;
    // Knuth's multiplicative hash: 2^32 divided by the golden ratio.
    private const uint Spread = 2654435761;
    private const int Window = 32 << 10;
    private const int Step = sizeof(uint);
    private const int PageSize = 4096;
    private const int LookedAt = 512;

    // One word in so many that stood within the window before: less than that is not worth a look at each of them.
    private const int FewRepeats = 256;

    /// <summary>Whether it would save about one percent or more.</summary>
    internal static bool IsWorthwhile(ReadOnlySpan<byte> block) => block.Length < SmallestBlock || IsUneven(block) || RepeatsItself(block);

    // Coding by frequency gains what the bytes are unevenly distributed: the sum of squares is n * n / 256 when they aren't, and a tenth more means
    // about one percent.
    private static bool IsUneven(ReadOnlySpan<byte> block)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (byte value in block) counts[value]++;
        UInt128 squares = 0;
        foreach (int count in counts) squares += (UInt128)((long)count * count);
        return squares * 256 * 10 >= (UInt128)((long)block.Length * block.Length) * 11;
    }

    // Every word at a multiple of its size is remembered; an eighth of all positions is asked whether what begins there was seen.
    private static bool RepeatsItself(ReadOnlySpan<byte> block)
    {
        int[] table = ArrayPool<int>.Shared.Rent(1 << TableBits);
        try
        {
            Span<int> seen = table.AsSpan(0, 1 << TableBits);
            seen.Fill(-Window);
            int last = block.Length - sizeof(uint);
            int asked = 0, found = 0;
            for (int page = 0; page <= last; page += PageSize)
            {
                int end = Math.Min(page + PageSize, last + 1);
                for (int i = page; i < end; i += i < page + LookedAt ? 1 : Step)
                {
                    uint word = BinaryPrimitives.ReadUInt32LittleEndian(block[i..]);
                    ref int place = ref seen[(int)((word * Spread) >> (32 - TableBits))];
                    if (i < page + LookedAt)
                    {
                        asked++;
                        if (i - place < Window && BinaryPrimitives.ReadUInt32LittleEndian(block[place..]) == word) found++;
                    }

                    if (i % Step == 0) place = i;
                }
            }

            return found > asked / FewRepeats;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(table);
        }
    }
}
