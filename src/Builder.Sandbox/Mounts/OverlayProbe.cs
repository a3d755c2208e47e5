using Builder.Linux;
using Builder.Linux.Files;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Mounts;

/// <summary>Tries whether overlayfs works on a file system, inside a session.</summary>
public static class OverlayProbe
{
    private const int OwnerOnly = 0x1C0;

    /// <summary>
    /// Mounts a small overlay in a directory and lets it replace a lower directory, which takes a whiteout and an opaque directory: what an
    /// overlay on overlay, or one on a file system without user extended attributes, can't do.
    /// </summary>
    /// <param name="directory">An existing directory on the file system in question; used and left empty.</param>
    public static bool IsSupported(string directory)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(directory);
        byte[] name = UnixPath.Encode($"probe-{Environment.ProcessId}-{Guid.NewGuid():N}");
        parent.MakeDirectory(name, OwnerOnly);
        string path = Path.Combine(directory, UnixPath.Decode(name));
        try
        {
            foreach (string part in (string[])["lower/d", "upper", "work", "merged"]) Directory.CreateDirectory(Path.Combine(path, part));
            var root = new OverlayRoot(path, ["lower"], Path.Combine(path, "upper"), Path.Combine(path, "work"));
            using (OverlayMount mount = OverlayMount.Mount(root, Path.Combine(path, "merged")))
            {
                string replaced = Path.Combine(mount.MountPoint, "d");
                Directory.Delete(replaced);
                Directory.CreateDirectory(replaced);
            }

            return true;
        }
        catch (Exception e) when (e is SyscallException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            parent.RemoveTree(name);
        }
    }
}
