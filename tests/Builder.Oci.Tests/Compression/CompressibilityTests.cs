using System.Buffers.Binary;
using System.IO.Compression;
using Builder.Oci.Compression;

namespace Builder.Oci.Tests.Compression;

public class CompressibilityTests
{
    private const int Size = 1 << 20;

    private static readonly byte[] Noise = Fill(random => (byte)random.Next(256));

    [Fact]
    public void Random_and_compressed_bytes_are_not_worth_the_work()
    {
        Assert.False(Compressibility.IsWorthwhile(Noise));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(Fill(random => (byte)random.Next(97, 123)));
        Assert.False(Compressibility.IsWorthwhile(packed.ToArray()));
    }

    [Fact]
    public void What_deflate_makes_smaller_is_worth_it()
    {
        Assert.True(Compressibility.IsWorthwhile(new byte[Size]));
        Assert.True(Compressibility.IsWorthwhile(Fill(random => (byte)random.Next(32, 127))));

        // Every byte equally often, but each stretch twice.
        byte[] twice = Fill(random => (byte)random.Next(256));
        for (int i = 0; i + 20000 <= Size; i += 20000) twice.AsSpan(i, 10000).CopyTo(twice.AsSpan(i + 10000));
        Assert.True(Compressibility.IsWorthwhile(twice));

        // Numbers of which there are a thousand, their bytes evenly distributed.
        var random = new Random(5);
        uint[] known = [.. Enumerable.Range(0, 1000).Select(_ => (uint)random.NextInt64(1L << 32))];
        byte[] numbers = new byte[Size];
        for (int i = 0; i < Size; i += sizeof(uint)) BinaryPrimitives.WriteUInt32LittleEndian(numbers.AsSpan(i), known[random.Next(known.Length)]);
        Assert.True(Compressibility.IsWorthwhile(numbers));
    }

    [Fact]
    public void A_block_of_which_a_part_can_be_compressed_is()
    {
        byte[] mixed = [.. Noise];
        mixed.AsSpan(0, Size / 8).Clear();
        Assert.True(Compressibility.IsWorthwhile(mixed));
    }

    [Fact]
    public async Task Noise_is_stored_within_the_one_member_and_comes_out_again()
    {
        byte[] content = [.. Noise, .. new byte[Size], .. Noise[..5000], .. Noise];
        using var packed = new MemoryStream();
        await new BlockCompressor(2).CompressAsync(new MemoryStream(content), packed, new GzipBlocks(), CancellationToken.None);
        Assert.InRange(packed.Length, 2L * Size, (2L * Size) + (Size / 100));
        packed.Position = 0;
        using var copy = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Decompress)) await gzip.CopyToAsync(copy);
        Assert.True(content.AsSpan().SequenceEqual(copy.ToArray()));
    }

    private static byte[] Fill(Func<Random, byte> next)
    {
        var random = new Random(17);
        byte[] content = new byte[Size];
        for (int i = 0; i < Size; i++) content[i] = next(random);
        return content;
    }
}
