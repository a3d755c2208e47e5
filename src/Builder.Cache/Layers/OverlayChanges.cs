using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>
/// The differences an overlay upper directory holds. Removed names come before the present ones of a directory, each sorted bytewise.
/// The layers below are looked into only where the upper one says that something there is hidden: overlayfs marks every new directory as
/// opaque, and an image must not hide what was never below.
/// </summary>
internal static class OverlayChanges
{
    /// <summary>Walks an upper directory, or any whole tree when there is nothing below.</summary>
    /// <param name="upper">The directory.</param>
    /// <param name="lower">The merged layers below, or null.</param>
    internal static IEnumerable<TreeChange> Enumerate(DirectoryHandle upper, MergedDirectory? lower)
    {
        Stack<Level> levels = [];
        levels.Push(new Level(upper, [], lower, Pending(upper)));
        try
        {
            while (levels.TryPeek(out Level? level))
            {
                if (!level.Pending.TryDequeue(out (byte[] Name, bool IsWhiteout) entry))
                {
                    levels.Pop();
                    if (levels.Count > 0) level.Dispose();
                    continue;
                }

                byte[] path = UnixPath.Join(level.Path, entry.Name);
                if (entry.IsWhiteout)
                {
                    if (level.Lower?.TryFind(entry.Name, out _, out _) == true)
                        yield return new TreeChange(TreeChangeKind.Removed, path, level.Directory, entry.Name, default);
                    continue;
                }

                FileStatus status = level.Directory.Stat(entry.Name);
                yield return new TreeChange(TreeChangeKind.Present, path, level.Directory, entry.Name, status);
                if (!status.IsDirectory) continue;
                levels.Push(Enter(level, entry.Name, path, out bool hides));
                if (hides) yield return new TreeChange(TreeChangeKind.Cleared, path, level.Directory, entry.Name, status);
            }
        }
        finally
        {
            // The lowest level belongs to the caller.
            while (levels.Count > 1) levels.Pop().Dispose();
        }
    }

    private static Level Enter(Level parent, byte[] name, byte[] path, out bool hides)
    {
        DirectoryHandle directory = parent.Directory.OpenDirectory(name);
        MergedDirectory? lower = null;
        try
        {
            hides = false;
            lower = parent.Lower?.OpenDirectory(name);
            if (lower is not null && OverlayFormat.IsOpaque(directory))
            {
                hides = lower.List().Count > 0;
                lower.Dispose();
                lower = null;
            }

            return new Level(directory, path, lower, Pending(directory));
        }
        catch
        {
            directory.Dispose();
            lower?.Dispose();
            throw;
        }
    }

    private static Queue<(byte[] Name, bool IsWhiteout)> Pending(DirectoryHandle directory)
    {
        List<(byte[] Name, bool IsWhiteout)> entries = [];
        foreach (DirectoryEntry entry in directory.List())
        {
            bool isWhiteout = entry.Type is FileType.CharacterDevice or FileType.Unknown && OverlayFormat.IsWhiteout(directory.Stat(entry.Name));
            entries.Add((entry.Name, isWhiteout));
        }

        entries.Sort(static (a, b) => a.IsWhiteout == b.IsWhiteout ? ByteComparer.Ordinal.Compare(a.Name, b.Name) : a.IsWhiteout ? -1 : 1);
        return new(entries);
    }

    private sealed record Level(
        DirectoryHandle Directory, byte[] Path, MergedDirectory? Lower, Queue<(byte[] Name, bool IsWhiteout)> Pending) : IDisposable
    {
        public void Dispose()
        {
            Directory.Dispose();
            Lower?.Dispose();
        }
    }
}
