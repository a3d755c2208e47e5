namespace Builder.Cache.Snapshots;

/// <summary>A snapshot being made. Disposing without <see cref="Commit"/> removes it; a dead process's drafts are collected later.</summary>
public abstract class SnapshotDraft : IDisposable
{
    /// <summary>What it stands on.</summary>
    public abstract Snapshot? Parent { get; }

    /// <summary>
    /// Absolute. Overlay: the upper directory, to be filled through an overlay mount (or directly when there is no parent).
    /// Copy: the whole tree, already holding the parent's.
    /// </summary>
    public abstract string TreeDirectory { get; }

    /// <summary>Absolute; overlayfs's work directory, on the same file system. Unused by Copy.</summary>
    public abstract string WorkDirectory { get; }

    /// <summary>Absolute; an empty directory to mount the merged tree on, private to this draft.</summary>
    public abstract string MountPoint { get; }

    /// <summary>Makes it immutable and visible. Nothing may be mounted on it any more.</summary>
    /// <param name="createdAt">When its content was made, if that was not now.</param>
    public abstract Snapshot Commit(DateTimeOffset? createdAt = null);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
