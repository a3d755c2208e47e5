using Builder.Executor.Contexts;
using Builder.Linux.Files;

namespace Builder.Executor.Sources;

/// <summary>Makes what git wrote the same wherever it was written: modes, times, nothing of git's own.</summary>
internal static class CheckoutTree
{
    private const int DirectoryMode = 0x1ED; // 0755
    private const int FileMode = 0x1A4; // 0644
    private const int OwnerExecute = 0x40;
    private static readonly byte[] GitName = [.. ".git"u8];

    /// <summary>Gives files 0644 or 0755 and directories 0755, and takes git's own files away.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="keepGitDirectory">Leave git's files.</param>
    /// <param name="time">Of everything, or null for what it is.</param>
    public static void Normalize(string root, bool keepGitDirectory, FileTime? time)
    {
        using DirectoryHandle top = DirectoryHandle.Open(root);
        var directories = new List<TreePath> { TreePath.Root };
        for (int i = 0; i < directories.Count; i++)
        {
            using DirectoryHandle directory = top.OpenDirectoryBeneath(directories[i].ToBytes());
            foreach (byte[] name in directory.List().Select(e => e.Name))
            {
                bool isGit = name.AsSpan().SequenceEqual(GitName);
                if (isGit && !keepGitDirectory)
                {
                    directory.RemoveTree(name);
                    continue;
                }

                FileStatus status = directory.Stat(name);
                if (status.IsDirectory) directories.Add(directories[i].Child(name));
                if (!status.IsSymbolicLink) directory.SetMode(name, status.IsDirectory || (status.Mode & OwnerExecute) != 0 ? DirectoryMode : FileMode);
                if (time is { } set && !status.IsDirectory && !isGit) directory.SetTimes(name, set);
            }
        }

        if (time is not { } modified) return;
        for (int i = directories.Count - 1; i >= 0; i--)
        {
            using DirectoryHandle directory = top.OpenDirectoryBeneath(directories[i].ToBytes());
            directory.SetTimesSelf(modified);
        }
    }

    /// <summary>The time of the newest file of a tree, git's own left out; null when there is none.</summary>
    public static DateTimeOffset? NewestFile(string root)
    {
        long? newest = null;
        using DirectoryHandle top = DirectoryHandle.Open(root);
        var directories = new Stack<TreePath>([TreePath.Root]);
        while (directories.TryPop(out TreePath path))
        {
            using DirectoryHandle directory = top.OpenDirectoryBeneath(path.ToBytes());
            foreach (byte[] name in directory.List().Select(e => e.Name).Where(n => !n.AsSpan().SequenceEqual(GitName)))
            {
                FileStatus status = directory.Stat(name);
                if (status.IsDirectory) directories.Push(path.Child(name));
                else if (status.IsRegular && !(newest >= status.Modified.Seconds)) newest = status.Modified.Seconds;
            }
        }

        return newest is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    /// <summary>Moves what is in a directory of a checkout to another place.</summary>
    /// <exception cref="SourceException">There is no such directory, links of the repository itself included.</exception>
    public static void Move(string checkout, TreePath part, string to, string repository)
    {
        using DirectoryHandle root = DirectoryHandle.Open(checkout);
        TreePath resolved = LinkResolver.Resolve(root, part, out int missing);
        bool isGit = resolved.Names().Any(n => n.AsSpan().SequenceEqual(GitName));
        if (missing > 0 || isGit || !root.TryStatBeneath(resolved.ToBytes(), followLast: false, out FileStatus status) || !status.IsDirectory)
            throw new SourceException($"the git repository {repository} has no directory '{part}'");
        using DirectoryHandle from = root.OpenDirectoryBeneath(resolved.ToBytes());
        using DirectoryHandle target = DirectoryHandle.Open(to);
        foreach (byte[] name in from.List().Select(e => e.Name).Where(n => !n.AsSpan().SequenceEqual(GitName))) from.Rename(name, target, name);
    }
}
