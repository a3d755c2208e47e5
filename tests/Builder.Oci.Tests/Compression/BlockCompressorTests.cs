using System.Security.Cryptography;
using Builder.Oci.Compression;
using Builder.Oci.Tests.Tools;

namespace Builder.Oci.Tests.Compression;

public class BlockCompressorTests
{
    // Compressible and not, a block and a bit, nothing, exactly a block.
    public static TheoryData<int> Sizes => [0, 1, 1000, 1 << 20, (1 << 20) + 1, (5 << 20) + 12345];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task The_bytes_do_not_depend_on_the_number_of_workers(int size)
    {
        byte[] content = Content(size);
        byte[] one = await CompressAsync(content, workers: 1);
        foreach (int workers in (int[])[2, 8]) Assert.Equal(Convert.ToHexString(SHA256.HashData(one)), Convert.ToHexString(SHA256.HashData(await CompressAsync(content, workers))));
        (Stream opened, CompressionKind kind) = await new LayerCompression().OpenAsync(new MemoryStream(one), CancellationToken.None);
        await using (opened)
        {
            using var copy = new MemoryStream();
            await opened.CopyToAsync(copy);
            Assert.Equal(CompressionKind.Gzip, kind);
            Assert.True(content.AsSpan().SequenceEqual(copy.ToArray()));
        }
    }

    [ToolFact("gzip")]
    public async Task Gzip_itself_finds_one_whole_member()
    {
        using var directory = new ScratchDirectory();
        await File.WriteAllBytesAsync(directory["x.gz"], await CompressAsync(Content(3_000_000), workers: 2));
        Tool.Run(directory.Path, "gzip", "-t", "x.gz");
    }

    [Fact]
    public async Task A_higher_level_is_smaller()
    {
        byte[] content = Content(3_000_000);
        Assert.True((await CompressAsync(content, 2, level: 9)).Length < (await CompressAsync(content, 2, level: 1)).Length);
        Assert.True((await CompressAsync(content, 2, level: 0)).Length > content.Length);
    }

    [Fact]
    public async Task An_input_that_breaks_ends_the_work_with_its_error()
    {
        await using var broken = new BrokenStream();
        await Assert.ThrowsAsync<IOException>(() => new BlockCompressor(4).CompressAsync(broken, Stream.Null, new GzipBlocks(), CancellationToken.None));
    }

    private static byte[] Content(int size)
    {
        byte[] content = new byte[size];
        var random = new Random(size);
        for (int i = 0; i < size; i++) content[i] = (i >> 16) % 3 == 0 ? (byte)random.Next(256) : (byte)(random.Next(8) * (i >> 10));
        return content;
    }

    private static async Task<byte[]> CompressAsync(byte[] content, int workers, int level = GzipBlocks.DefaultLevel)
    {
        using var output = new MemoryStream();
        await new BlockCompressor(workers).CompressAsync(new MemoryStream(content), output, new GzipBlocks(level), CancellationToken.None);
        return output.ToArray();
    }

    private sealed class BrokenStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++_reads == 5) throw new IOException("broken");
            buffer.Span.Fill((byte)_reads);
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
