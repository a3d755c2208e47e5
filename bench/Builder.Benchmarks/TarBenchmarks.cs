using BenchmarkDotNet.Attributes;
using Builder.Cache.Layers;
using Builder.Linux.Files;

namespace Builder.Benchmarks;

/// <summary>A snapshot's directory to its layer: read, framed and hashed in one pass.</summary>
[MemoryDiagnoser]
public class TarBenchmarks
{
    private const int BufferSize = 256 << 10;

    private readonly TemporaryTree _tree = new();
    private DirectoryHandle? _root;

    [Params(1000, 5000)]
    public int Files { get; set; }

    [GlobalSetup]
    public void Setup() => _root = _tree.AddFiles(Files).Open();

    [GlobalCleanup]
    public void Cleanup()
    {
        _root?.Dispose();
        _tree.Dispose();
    }

    [Benchmark]
    public void Write() => LayerWriter.Write(OverlayChanges.Enumerate(_root!, lower: null), Stream.Null, CancellationToken.None);

    [Benchmark]
    public string WriteAndHash()
    {
        using var hash = new HashingWriteStream();
        using var buffered = new BufferedStream(hash, BufferSize);
        LayerWriter.Write(OverlayChanges.Enumerate(_root!, lower: null), buffered, CancellationToken.None);
        buffered.Flush();
        return hash.Finish().ToString();
    }
}
