using System.Collections.Concurrent;
using Builder.Cache.Snapshots;
using Builder.Executor.Contexts;
using Builder.Linux.Files;
using Builder.Sandbox.Mounts;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Snapshots;

/// <summary>Whole trees of snapshots for reading; each is put together once and kept until the build ends.</summary>
internal sealed class SnapshotViews(SnapshotStore snapshots) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<View>> _views = new(StringComparer.Ordinal);

    /// <summary>The tree of a snapshot; null is the empty one.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="description">For messages, such as <c>stage 'build'</c>.</param>
    public SourceTree Read(Snapshot? snapshot, string description) =>
        _views.GetOrAdd(snapshot?.Id ?? "", _ => new Lazy<View>(() => Open(snapshot, description))).Value.Tree;

    /// <summary>The tree of a snapshot as a root file system that nobody writes to.</summary>
    public RootFileSystem RootOf(Snapshot snapshot) =>
        snapshots.LayerDirectories(snapshot) is [string only]
            ? new DirectoryRoot(Path.Combine(snapshots.Directory, only))
            : new OverlayRoot(snapshots.Directory, snapshots.LayerDirectories(snapshot), null, null);

    public void Dispose()
    {
        foreach (Lazy<View> view in _views.Values.Where(v => v.IsValueCreated)) view.Value.Dispose();
        _views.Clear();
    }

    private View Open(Snapshot? snapshot, string description)
    {
        // The draft is never committed: it lends an empty tree and a place to mount on.
        SnapshotDraft draft = snapshots.CreateDraft(null);
        OverlayMount? mount = null;
        try
        {
            string path = draft.TreeDirectory;
            if (snapshot is not null)
            {
                RootFileSystem root = RootOf(snapshot);
                mount = root is OverlayRoot overlay ? OverlayMount.Mount(overlay, draft.MountPoint) : null;
                path = root is DirectoryRoot directory ? directory.Path : draft.MountPoint;
            }

            return new View(draft, mount, new SourceTree(DirectoryHandle.Open(path), IgnoreRules.None, description, isContext: false));
        }
        catch
        {
            mount?.Dispose();
            draft.Dispose();
            throw;
        }
    }

    private sealed class View(SnapshotDraft draft, OverlayMount? mount, SourceTree tree) : IDisposable
    {
        public SourceTree Tree => tree;

        public void Dispose()
        {
            tree.Dispose();
            mount?.Dispose();
            draft.Dispose();
        }
    }
}
