using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>Layers, unpacked over another one as overlayfs has it, or into a tree of their own.</summary>
internal sealed class LayerTarget : IFuzzTarget, IDisposable
{
    private readonly UnpackingGround _ground = new();

    public string Name => "layers";

    public IReadOnlyList<byte[]> Seeds { get; } = [.. TarSeeds.Make(UnpackingGround.Canary)];

    public IReadOnlyList<string> Words => TarSeeds.Words;

    public byte[] Repair(byte[] input) => TarSeeds.Repair(input);

    public void Dispose() => _ground.Dispose();

    public void Read(byte[] input)
    {
        byte[] layer = _ground.Place(input);
        foreach (SnapshotKind kind in (ReadOnlySpan<SnapshotKind>)[SnapshotKind.Overlay, SnapshotKind.Copy])
        {
            _ground.Use(tree =>
            {
                try
                {
                    using var target = new SnapshotTarget(tree, kind, [_ground.Lower]);
                    LayerExtractor.Extract(new MemoryStream(layer), target, CancellationToken.None);
                }
                catch (StoreException error)
                {
                    Assert.DoesNotContain(error.Message, char.IsControl);
                }
            });
        }
    }
}
