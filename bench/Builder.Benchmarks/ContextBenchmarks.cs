using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Builder.Cache.Contexts;
using Builder.Executor.Contexts;

namespace Builder.Benchmarks;

/// <summary>What an unchanged context costs: one stat for each file, and finding it in the index.</summary>
[MemoryDiagnoser]
public class ContextBenchmarks
{
    private readonly TemporaryTree _directory = new();
    private readonly StatIndex _index = new(new Later(), "index");
    private SourceTree? _tree;

    [Params(1000, 20_000)]
    public int Files { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _directory.AddFiles(Files);
        _tree = new SourceTree(_directory.Open(), IgnoreRules.None, "the context", isContext: true);
        foreach (TreeEntry entry in Entries())
        {
            if (entry.Status.IsRegular) _index.Add(entry.Path.ToString(), new KnownFile(entry.Status, SHA256.HashData([]), isPlain: true), _index.Now);
        }

        if (FindInIndex() != Files) throw new InvalidOperationException("the index doesn't know every file");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _tree?.Dispose();
        _directory.Dispose();
    }

    [Benchmark]
    public int StatWalk() => Entries().Count;

    [Benchmark]
    public int FindInIndex() => Entries().Count(e => e.Status.IsRegular && _index.Find(e.Path.ToString(), e.Status) is not null);

    private IReadOnlyList<TreeEntry> Entries() => _tree!.Walk(TreePath.Root, IgnoreRules.None, TreePath.Root);

    // The index doesn't trust files that changed only just before they were read.
    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddHours(1);
    }
}
