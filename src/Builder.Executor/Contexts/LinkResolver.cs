using Builder.Linux;
using Builder.Linux.Files;

namespace Builder.Executor.Contexts;

/// <summary>
/// Works out what a path means below a root, following symbolic links the way a process chrooted there would. Needed where the kernel's own
/// resolution isn't enough: to know the resulting path (ignore rules apply to it) or to name what is yet to be made.
/// </summary>
internal static class LinkResolver
{
    // As in path_resolution(7).
    private const int MaxLinks = 40;

    /// <summary>Follows all links, the last included.</summary>
    /// <param name="root">The root.</param>
    /// <param name="path">Below it.</param>
    /// <param name="missing">How many names at the end of the result don't exist.</param>
    /// <param name="isHidden">Links that count as missing, or null for none.</param>
    /// <exception cref="SyscallException">Too many links, or a directory can't be searched.</exception>
    public static TreePath Resolve(DirectoryHandle root, TreePath path, out int missing, Func<TreePath, bool>? isHidden = null)
    {
        var pending = new Stack<byte[]>(path.Names().Reverse());
        TreePath at = TreePath.Root;
        int links = 0;
        missing = 0;
        while (pending.TryPop(out byte[]? name))
        {
            TreePath next = at.Step(name);
            if (next == at || at.Contains(next) is false)
            {
                // "." and "..": going up from something missing leaves one missing name behind.
                if (next != at && missing > 0) missing--;
                at = next;
                continue;
            }

            if (missing > 0 || !root.TryStatBeneath(next.ToBytes(), followLast: false, out FileStatus status)
                || (status.IsSymbolicLink && isHidden?.Invoke(next) == true))
            {
                missing++;
                at = next;
                continue;
            }

            if (!status.IsSymbolicLink)
            {
                at = next;
                continue;
            }

            if (++links > MaxLinks) throw new SyscallException("open", path.ToString(), Errno.ELOOP);
            byte[] target = ReadLink(root, next);
            if (target.AsSpan().StartsWith("/"u8)) at = TreePath.Root;
            foreach (byte[] part in TreePath.SplitNames(target).Reverse()) pending.Push(part);
        }

        return at;
    }

    /// <summary>Where a link points.</summary>
    public static byte[] ReadLink(DirectoryHandle root, TreePath link)
    {
        using DirectoryHandle directory = root.OpenDirectoryBeneath(link.Parent.ToBytes());
        return directory.ReadLink(link.Name);
    }
}
