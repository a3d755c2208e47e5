using Builder.Linux;
using Builder.Linux.Files;
using Builder.Sandbox.Init;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Running;

/// <summary>
/// Takes away what was made only to mount on, once the container is gone: what is still empty goes, what the container filled stays. With
/// overlayfs it works on the upper directory, where a directory that only appeared because a stub was made in it goes as well, unless the
/// container changed its mode, owner or attributes.
/// </summary>
internal static class StubRemover
{
    public static void Remove(RootFileSystem root, StubReport report)
    {
        IReadOnlyList<MountStub> stubs = report.Stubs;
        bool overlay = root is OverlayRoot { LowerDirectories.Count: > 0 };
        string? path = root is OverlayRoot o ? o.UpperDirectory : ((DirectoryRoot)root).Path;
        if (path is null || stubs.Count == 0) return;
        using DirectoryHandle tree = DirectoryHandle.Open(path);
        HashSet<string> unchanged = [.. report.Directories.Where(d => HasChangeTime(tree, d.Key, d.Value)).Select(d => d.Key)];
        foreach (MountStub stub in stubs.Reverse())
        {
            bool untouched = IsUntouched(tree, stub);
            if (!RemoveCreated(tree, stub)) continue;
            if (untouched) RestoreTime(tree, stub);
            if (overlay) RemoveCopiedUp(tree, stub.Parent, unchanged);
        }
    }

    // The names are nested: only when the innermost went can the one around it be empty.
    private static bool RemoveCreated(DirectoryHandle tree, MountStub stub)
    {
        for (int count = stub.Created.Count; count > 0; count--)
        {
            string parentPath = string.Join('/', stub.Created.Take(count - 1).Prepend(stub.Parent).Where(p => p.Length > 0));
            byte[] name = UnixPath.Encode(stub.Created[count - 1]);
            if (TryOpen(tree, parentPath) is not { } parent) return false;
            using (parent)
            {
                if (!parent.TryStat(name, out FileStatus status)) continue;
                if (status.Type == FileType.Directory)
                {
                    if (!TryRemoveDirectory(parent, name)) return false;
                }
                else if (status is { Type: FileType.Regular, Size: 0 })
                {
                    parent.RemoveFile(name);
                }
                else
                {
                    return false;
                }
            }
        }

        return true;
    }

    // Whether nobody but us has changed the directory meanwhile.
    private static bool IsUntouched(DirectoryHandle tree, MountStub stub)
    {
        if (TryOpen(tree, stub.Parent) is not { } parent) return false;
        using (parent) return parent.StatSelf().Modified == stub.After;
    }

    private static bool HasChangeTime(DirectoryHandle tree, string path, FileTime changed)
    {
        if (TryOpen(tree, path) is not { } directory) return false;
        using (directory) return directory.StatSelf().Changed == changed;
    }

    private static void RestoreTime(DirectoryHandle tree, MountStub stub)
    {
        if (TryOpen(tree, stub.Parent) is not { } parent) return;
        using (parent) parent.SetTimesSelf(stub.Before);
    }

    private static void RemoveCopiedUp(DirectoryHandle tree, string path, HashSet<string> unchanged)
    {
        while (unchanged.Contains(path))
        {
            int slash = path.LastIndexOf('/');
            string parentPath = slash < 0 ? "" : path[..slash];
            byte[] name = UnixPath.Encode(path[(slash + 1)..]);
            if (TryOpen(tree, parentPath) is not { } parent) return;
            using (parent)
            {
                if (parent.GetAttribute(name, "user.overlay.opaque") is not null || !TryRemoveDirectory(parent, name)) return;
            }

            path = parentPath;
        }
    }

    private static DirectoryHandle? TryOpen(DirectoryHandle tree, string path)
    {
        try
        {
            return tree.OpenDirectoryBeneath(UnixPath.Encode(path));
        }
        catch (SyscallException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
        {
            return null;
        }
    }

    private static bool TryRemoveDirectory(DirectoryHandle parent, byte[] name)
    {
        try
        {
            parent.RemoveDirectory(name);
            return true;
        }
        catch (SyscallException e) when (e.Errno is Errno.ENOTEMPTY or Errno.EEXIST)
        {
            return false;
        }
    }
}
