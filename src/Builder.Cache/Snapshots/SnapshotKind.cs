namespace Builder.Cache.Snapshots;

/// <summary>How snapshots are kept on disk.</summary>
public enum SnapshotKind
{
    /// <summary>Each directory holds the changes only; overlayfs puts them together.</summary>
    Overlay,

    /// <summary>Each directory holds the whole tree, copied from the parent's; for stores where overlayfs can't be mounted.</summary>
    Copy,
}
