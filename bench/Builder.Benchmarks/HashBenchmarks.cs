using BenchmarkDotNet.Attributes;
using Builder.Cache.Layers;

namespace Builder.Benchmarks;

/// <summary>16 MiB through SHA-256, in the pieces that files are read in.</summary>
public class HashBenchmarks
{
    private const int Size = 16 << 20;

    private readonly byte[] _content = SampleText.Bytes(Size);

    [Params(16 << 10, 256 << 10)]
    public int Piece { get; set; }

    [Benchmark]
    public string Hash()
    {
        using var hash = new HashingWriteStream();
        for (int at = 0; at < Size; at += Piece) hash.Write(_content.AsSpan(at, Piece));
        return hash.Finish().ToString();
    }
}
