using Builder.Linux.Files;

namespace Builder.Cache.Usage;

/// <summary>
/// Room a tree takes on the disk, as du(1) counts: allocated blocks, directories included. Each name of a file has its part of the file's room, so that trees
/// which have files together take together what those files take.
/// </summary>
internal static class TreeUsage
{
    /// <summary>Bytes of everything at a path; 0 when there is nothing. What goes away meanwhile is not counted.</summary>
    internal static long Of(string path)
    {
        if (FileTimes.Find(path) is not { } status) return 0;
        return status.IsDirectory ? OfDirectory(path) : status.Allocated;
    }

    private static long OfDirectory(string path)
    {
        Stack<(DirectoryHandle Directory, Queue<byte[]> Pending)> levels = [];
        long total = 0;
        try
        {
            total += Enter(() => DirectoryHandle.Open(path), levels);
            while (levels.TryPeek(out (DirectoryHandle Directory, Queue<byte[]> Pending) level))
            {
                if (level.Pending.TryDequeue(out byte[]? name)) total += Enter(() => level.Directory.OpenDirectory(name), levels);
                else levels.Pop().Directory.Dispose();
            }
        }
        finally
        {
            while (levels.TryPop(out (DirectoryHandle Directory, Queue<byte[]> Pending) left)) left.Directory.Dispose();
        }

        return total;
    }

    private static long Enter(
        Func<DirectoryHandle> open, Stack<(DirectoryHandle Directory, Queue<byte[]> Pending)> levels)
    {
        DirectoryHandle directory;
        try
        {
            directory = open();
        }
        catch (Exception error) when (Storage.StoreFault.IsMissing(error))
        {
            return 0;
        }

        Queue<byte[]> below = [];
        levels.Push((directory, below));
        long total = directory.StatSelf().Allocated;
        foreach (DirectoryEntry entry in directory.List())
        {
            if (!directory.TryStat(entry.Name, out FileStatus status)) continue;
            if (status.IsDirectory) below.Enqueue(entry.Name);
            else total += status.Allocated / Math.Max(1, status.LinkCount);
        }

        return total;
    }
}
