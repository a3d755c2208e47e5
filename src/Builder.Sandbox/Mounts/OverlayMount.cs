using System.Runtime.ExceptionServices;
using Builder.Linux.Mounts;
using Builder.Linux.Namespaces;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Mounts;

/// <summary>An overlay mounted in the session's own mount namespace, so that the engine can read and write a merged tree. Unmounted when disposed.</summary>
public sealed class OverlayMount : IDisposable
{
    private bool _disposed;

    private OverlayMount(string mountPoint) => MountPoint = mountPoint;

    /// <summary>Absolute path of the merged tree.</summary>
    public string MountPoint { get; }

    /// <summary>Mounts a tree.</summary>
    /// <param name="root">What to put together; needs at least one lower directory.</param>
    /// <param name="mountPoint">An existing directory, absolute.</param>
    public static OverlayMount Mount(OverlayRoot root, string mountPoint)
    {
        // The options are relative to the base directory; only a thread that leaves the process's shared directory may change to it.
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                NamespaceCalls.Unshare(NamespaceKinds.FileSystemAttributes);
                NamespaceCalls.ChangeDirectory(root.BaseDirectory);
                if (root is { LowerDirectories: [string only], UpperDirectory: null }) MountCalls.Mount(only, mountPoint, null, MountFlags.Bind);
                else MountCalls.Mount("overlay", mountPoint, "overlay", MountFlags.None, OverlayOptions.Format(root));
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return new OverlayMount(mountPoint);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        MountCalls.Detach(MountPoint);
    }
}
