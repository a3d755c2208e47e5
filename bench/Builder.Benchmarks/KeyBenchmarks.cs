using BenchmarkDotNet.Attributes;
using Builder.Cache.Keys;
using Builder.Oci;

namespace Builder.Benchmarks;

/// <summary>The key of a step like RUN: its command, its environment, its inputs.</summary>
[MemoryDiagnoser]
public class KeyBenchmarks
{
    private static readonly string[] Command = ["/bin/sh", "-c", "apt-get update && apt-get install -y --no-install-recommends gcc make"];
    private static readonly Digest Parent = Digest.Sha256("parent"u8);

    private string[] _environment = [];

    [GlobalSetup]
    public void Setup() => _environment = [.. Enumerable.Range(0, 30).Select(i => $"VARIABLE_{i}=value number {i}")];

    [Benchmark]
    public CacheKey Encode()
    {
        var key = new CacheKeyWriter("run", version: 1);
        key.Add("argv", Command, readable: true);
        key.Add("env", _environment);
        key.Add("user", "root");
        key.Add("directory", "/src", readable: true);
        key.Add("network", value: true);
        key.Add("parent", Parent);
        return key.Finish();
    }
}
