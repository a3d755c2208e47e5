using Builder.Linux.Files;
using Builder.Linux.Mounts;
using Builder.Linux.Namespaces;
using Builder.Sandbox.Mounts;
using Builder.Sandbox.Plans;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>
/// Puts the root together. It is mounted on top of the very directory it is made from: a place that exists, that nobody else needs any more in
/// this mount namespace, and that is covered, not changed.
/// </summary>
internal static class RootMounter
{
    /// <summary>Mounts the root.</summary>
    /// <returns>Its path.</returns>
    public static string Mount(RootFileSystem root) => MountOver(root);

    /// <summary>A detached mount of one path of another tree.</summary>
    public static SafeFileHandle Detach(TreeMount tree)
    {
        string path = MountOver(tree.Root);
        try
        {
            using DirectoryHandle handle = DirectoryHandle.Open(path);
            using SafeFileHandle source = handle.OpenPathBeneath(UnixPath.Encode(tree.Source));
            SafeFileHandle clone = MountCalls.CloneTree(source, "", recursive: false);
            if (tree.ReadOnly) MountCalls.SetAttributes(clone, MountAttributes.ReadOnly, recursive: false, tree.Target);
            return clone;
        }
        finally
        {
            MountCalls.Detach(path);
        }
    }

    private static string MountOver(RootFileSystem root)
    {
        switch (root)
        {
            case OverlayRoot { LowerDirectories.Count: 0, UpperDirectory: { } upper }:
                return BindOver(upper);
            case OverlayRoot { LowerDirectories: [string only], UpperDirectory: null } single:
                return BindOver(Path.Combine(single.BaseDirectory, only));
            case OverlayRoot overlay:
                NamespaceCalls.ChangeDirectory(overlay.BaseDirectory);
                MountCalls.Mount("overlay", ".", "overlay", MountFlags.None, OverlayOptions.Format(overlay));
                return overlay.BaseDirectory;
            case DirectoryRoot directory:
                return BindOver(directory.Path);
            default:
                throw new ArgumentException($"unknown root {root.GetType().Name}", nameof(root));
        }
    }

    private static string BindOver(string path)
    {
        MountCalls.Mount(path, path, null, MountFlags.Bind);
        return path;
    }
}
