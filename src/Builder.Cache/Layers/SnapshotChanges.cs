using Builder.Cache.Snapshots;
using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>What a snapshot changed on top of its parent, however the store keeps snapshots.</summary>
internal sealed class SnapshotChanges : IDisposable
{
    private readonly DirectoryHandle _tree;
    private readonly MergedDirectory? _lower;
    private readonly DirectoryHandle? _copiedFrom;
    private readonly FileTime _marker;

    private SnapshotChanges(DirectoryHandle tree, MergedDirectory? lower, DirectoryHandle? copiedFrom, FileTime marker) =>
        (_tree, _lower, _copiedFrom, _marker) = (tree, lower, copiedFrom, marker);

    /// <inheritdoc/>
    public void Dispose()
    {
        _tree.Dispose();
        _lower?.Dispose();
        _copiedFrom?.Dispose();
    }

    /// <summary>Opens what is needed to compare.</summary>
    /// <exception cref="StoreException">The parent is gone.</exception>
    internal static SnapshotChanges Open(SnapshotStore snapshots, Snapshot snapshot)
    {
        List<DirectoryHandle> open = [];
        try
        {
            open.Add(DirectoryHandle.Open(snapshots.TreeOf(snapshot)));
            if (snapshot.ParentId is null) return new SnapshotChanges(open[0], lower: null, copiedFrom: null, default);
            if (snapshots.Kind == SnapshotKind.Copy)
            {
                FileTime marker = MarkerTime(snapshots, snapshot);
                Snapshot parent = snapshots.Find(snapshot.ParentId)
                    ?? throw new StoreException($"snapshot {snapshot.ParentId}, which {snapshot.Id} stands on, is not in the store any more");
                open.Add(DirectoryHandle.Open(snapshots.TreeOf(parent)));
                return new SnapshotChanges(open[0], lower: null, open[1], marker);
            }

            foreach (string directory in snapshots.LayerDirectories(snapshot).Skip(1)) open.Add(DirectoryHandle.Open(Path.Combine(snapshots.Directory, directory)));
            return new SnapshotChanges(open[0], new MergedDirectory(open.Skip(1)), copiedFrom: null, default);
        }
        catch
        {
            foreach (DirectoryHandle directory in open) directory.Dispose();
            throw;
        }
    }

    /// <summary>The changes, directories before what is in them.</summary>
    internal IEnumerable<TreeChange> Enumerate() =>
        _copiedFrom is null ? OverlayChanges.Enumerate(_tree, _lower) : TreeDiff.Enumerate(_tree, _copiedFrom, _marker);

    private static FileTime MarkerTime(SnapshotStore snapshots, Snapshot snapshot)
    {
        string path = snapshots.MarkerOf(snapshot)
            ?? throw new StoreException($"snapshot {snapshot.Id} has lost the mark of what was copied into it");
        using DirectoryHandle directory = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
        return directory.Stat(UnixPath.Encode(Path.GetFileName(path))).Changed;
    }
}
