using BenchmarkDotNet.Attributes;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Linux.Files;
using Builder.Oci.Tar;

namespace Builder.Benchmarks;

/// <summary>A layer's tar into a new directory each time; all are removed in the end, since inodes are slow to make after many were removed.</summary>
[MemoryDiagnoser]
public class ExtractionBenchmarks
{
    private readonly TemporaryTree _tree = new();
    private byte[] _tar = [];

    [Params(1000, 5000)]
    public int Files { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        using DirectoryHandle root = _tree.Open();
        FileStatus owner = root.StatSelf();
        using var output = new MemoryStream();
        var writer = new TarWriter(output);
        byte[] content = SampleText.Bytes(TemporaryTree.SmallFileSize);
        for (int i = 0; i < Files; i++)
        {
            var entry = new TarEntry
            {
                Type = TarEntryType.File,
                Name = UnixPath.Encode($"d{i / 100}/file{i}"),
                Mode = 0b110_100_100,
                Uid = owner.Uid,
                Gid = owner.Gid,
                Size = content.Length,
                ModifiedSeconds = 1_700_000_000,
            };
            writer.WriteEntry(entry, new MemoryStream(content));
        }

        writer.Complete();
        _tar = output.ToArray();
    }

    [GlobalCleanup]
    public void Cleanup() => _tree.Dispose();

    [Benchmark]
    public void Extract()
    {
        using var target = new SnapshotTarget(_tree.NewDirectory(), SnapshotKind.Overlay, []);
        LayerExtractor.Extract(new MemoryStream(_tar), target, CancellationToken.None);
    }
}
