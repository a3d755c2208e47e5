using Builder.Executor;
using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>Archives that ADD unpacks.</summary>
internal sealed class AddedArchiveTarget : IFuzzTarget, IDisposable
{
    private readonly UnpackingGround _ground = new();
    private readonly string _archive = Path.Combine(Path.GetTempPath(), $"fuzz-archive-{Guid.NewGuid():N}");

    public string Name => "add";

    public IReadOnlyList<byte[]> Seeds { get; } = [.. TarSeeds.Make(UnpackingGround.Canary)];

    public IReadOnlyList<string> Words => TarSeeds.Words;

    public byte[] Repair(byte[] input) => TarSeeds.Repair(input);

    public void Dispose()
    {
        _ground.Dispose();
        File.Delete(_archive);
    }

    public void Read(byte[] input)
    {
        File.WriteAllBytes(_archive, _ground.Place(input));
        _ground.Use(tree =>
        {
            using SafeFileHandle file = File.OpenHandle(_archive);
            using var root = DirectoryHandle.Open(tree);
            using var destination = new DestinationTree(root);
            try
            {
                ArchiveUnpacker.TryUnpack(file, "a.tar", destination, TreePath.Parse("x"), new CopyPolicy(null, null, KeepOwner: false), CancellationToken.None);
            }
            catch (Exception error) when (error is OperationException or IOException)
            {
                // What the kernel refuses, such as a name too long, the caller reports with the instruction.
                Assert.False(string.IsNullOrEmpty(error.Message));
            }
        });
    }
}
