using Builder.Cache.Snapshots;
using Builder.Oci;

namespace Builder.Executor.Solving;

/// <summary>What resolving a vertex gave: its canonical key, and its file system when somebody asks for it.</summary>
/// <param name="key">The canonical key.</param>
/// <param name="snapshot">Makes the file system; asked at most once.</param>
/// <param name="isRecorded">Whether a later build may find it by its key.</param>
internal sealed class VertexResult(Digest key, Func<Task<Snapshot?>> snapshot, bool isRecorded)
{
    private readonly Lazy<Task<Snapshot?>> _snapshot = new(snapshot);

    public Digest Key => key;

    public bool IsRecorded => isRecorded;

    /// <summary>The file system; null when it is empty.</summary>
    public Task<Snapshot?> SnapshotAsync() => _snapshot.Value;

    /// <summary>A result whose file system is there.</summary>
    public static VertexResult Of(Digest key, Snapshot? snapshot, bool isRecorded = true) => new(key, () => Task.FromResult(snapshot), isRecorded);
}
