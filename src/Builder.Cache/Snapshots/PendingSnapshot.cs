using Builder.Cache.Storage;
using Builder.Linux.Files;

namespace Builder.Cache.Snapshots;

/// <summary>A draft: a directory with the tree, overlayfs's work directory and a mount point, renamed when it is committed.</summary>
internal sealed class PendingSnapshot : SnapshotDraft
{
    private const string WorkName = "work";
    private const string MountName = "mnt";
    private const UnixFileMode PrivateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode RootMode = PrivateMode
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly SnapshotStore _store;
    private bool _ended;

    internal PendingSnapshot(SnapshotStore store, string path, Snapshot? parent) => (_store, Path, Parent) = (store, path, parent);

    /// <inheritdoc/>
    public override Snapshot? Parent { get; }

    /// <inheritdoc/>
    public override string TreeDirectory => System.IO.Path.Combine(Path, SnapshotStore.TreeName);

    /// <inheritdoc/>
    public override string WorkDirectory => System.IO.Path.Combine(Path, WorkName);

    /// <inheritdoc/>
    public override string MountPoint => System.IO.Path.Combine(Path, MountName);

    /// <inheritdoc/>
    public override Snapshot Commit(DateTimeOffset? createdAt = null)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        try
        {
            using (DirectoryHandle directory = DirectoryHandle.Open(Path))
            {
                directory.RemoveDirectory(UnixPath.Encode(MountName));
                directory.RemoveTree(UnixPath.Encode(WorkName));
            }

            Snapshot snapshot = _store.Publish(Path, Parent, createdAt);
            _ended = true;
            return snapshot;
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't commit a snapshot", Path, error);
        }
    }

    /// <summary>Absolute; where all of it is.</summary>
    internal string Path { get; }

    /// <summary>Makes the directories.</summary>
    internal void Fill()
    {
        Directory.CreateDirectory(Path, PrivateMode);
        Directory.CreateDirectory(WorkDirectory, PrivateMode);
        Directory.CreateDirectory(MountPoint, PrivateMode);
        Directory.CreateDirectory(TreeDirectory, PrivateMode);
        if (Parent is null)
        {
            // Not left to the umask: it becomes the root directory of containers.
            File.SetUnixFileMode(TreeDirectory, RootMode);
            return;
        }

        using DirectoryHandle source = DirectoryHandle.Open(_store.TreeOf(Parent));
        using DirectoryHandle target = DirectoryHandle.Open(TreeDirectory);
        if (_store.Kind == SnapshotKind.Overlay)
        {
            // The upper directory lends its attributes to the root of the merged tree.
            TreeCloner.CopyRootAttributes(source, target);
        }
        else
        {
            TreeCloner.Copy(source, target);
            CopyMarker.Place(Path);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_ended) return;
        _ended = true;
        Leftovers.TryRemove(Path);
    }
}
