using Builder.Cache.Snapshots;
using Builder.Linux.Files;
using Builder.Sandbox.Mounts;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Snapshots;

/// <summary>A draft as one writable tree, what its parent holds included. Disposed before the draft is committed.</summary>
internal sealed class DraftView : IDisposable
{
    private readonly OverlayMount? _mount;

    private DraftView(OverlayMount? mount, DirectoryHandle root) => (_mount, Root) = (mount, root);

    public DirectoryHandle Root { get; }

    public static DraftView Open(SnapshotStore snapshots, SnapshotDraft draft)
    {
        RootFileSystem root = RootOf(snapshots, draft);
        if (root is not OverlayRoot overlay) return new DraftView(null, DirectoryHandle.Open(draft.TreeDirectory));
        OverlayMount mount = OverlayMount.Mount(overlay, draft.MountPoint);
        try
        {
            return new DraftView(mount, DirectoryHandle.Open(draft.MountPoint));
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    /// <summary>The draft as a container's root.</summary>
    public static RootFileSystem RootOf(SnapshotStore snapshots, SnapshotDraft draft) =>
        draft.Parent is null || snapshots.Kind == SnapshotKind.Copy
            ? new DirectoryRoot(draft.TreeDirectory)
            : new OverlayRoot(snapshots.Directory, snapshots.LayerDirectories(draft.Parent), draft.TreeDirectory, draft.WorkDirectory)
            {
                // Mounted once; what matters of it the store brings to the disk itself.
                Volatile = true,
            };

    public void Dispose()
    {
        Root.Dispose();
        _mount?.Dispose();
    }
}
