using BenchmarkDotNet.Attributes;
using Builder.Cache.Layers;
using Builder.Oci.Compression;

namespace Builder.Benchmarks;

/// <summary>32 MiB of text like sources, compressed in blocks, on one core and on all.</summary>
public class CompressionBenchmarks
{
    private readonly byte[] _content = SampleText.Bytes(32 << 20);

    [Params(1, 0)]
    public int Workers { get; set; }

    [Benchmark]
    [Arguments(1)]
    [Arguments(GzipBlocks.DefaultLevel)]
    [Arguments(6)]
    public Task Gzip(int level) => CompressAsync(new GzipBlocks(level));

    [Benchmark]
    [Arguments(1)]
    [Arguments(ZstdBlocks.DefaultLevel)]
    public Task Zstd(int level) => CompressAsync(new ZstdBlocks(level));

    private async Task CompressAsync(BlockEncoder encoder)
    {
        var compressor = new BlockCompressor(Workers == 0 ? Environment.ProcessorCount : Workers);
        using var input = new MemoryStream(_content);
        await compressor.CompressAsync(input, Stream.Null, encoder, CancellationToken.None);
    }
}
