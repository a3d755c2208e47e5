using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>
/// The differences between the whole tree of a snapshot and that of one it stands on, however many lie between, in the order of
/// <see cref="OverlayChanges"/>. Nothing is compared: what both show from the same layer is the same file.
/// </summary>
internal static class MergedChanges
{
    /// <summary>Walks both trees, but for directories that only the lower one has to do with.</summary>
    /// <param name="tree">The upper one.</param>
    /// <param name="below">The lower one; null for nothing.</param>
    internal static IEnumerable<TreeChange> Enumerate(MergedDirectory tree, MergedDirectory? below)
    {
        Stack<Level> levels = [];
        levels.Push(new Level(tree, below, [], Pending(tree, below)));
        try
        {
            while (levels.TryPeek(out Level? level))
            {
                if (!level.Pending.TryDequeue(out (byte[] Name, bool IsRemoved) entry))
                {
                    levels.Pop();
                    if (levels.Count > 0) level.Dispose();
                    continue;
                }

                byte[] path = UnixPath.Join(level.Path, entry.Name);
                if (entry.IsRemoved)
                {
                    yield return new TreeChange(TreeChangeKind.Removed, path, level.Tree.Top, entry.Name, default);
                    continue;
                }

                if (!level.Tree.TryFind(entry.Name, out DirectoryHandle directory, out FileStatus status) || IsSame(level.Below, entry.Name, status)) continue;
                yield return new TreeChange(TreeChangeKind.Present, path, directory, entry.Name, status);
                if (status.IsDirectory) levels.Push(Enter(level, entry.Name, path));
            }
        }
        finally
        {
            // The lowest level belongs to the caller.
            while (levels.Count > 1) levels.Pop().Dispose();
        }
    }

    // A directory that is the same one on top is so all the way down: only a layer that has it can change what is in it.
    private static bool IsSame(MergedDirectory? below, byte[] name, in FileStatus status) =>
        below is not null && below.TryFind(name, out _, out FileStatus before) && (before.Device, before.Inode) == (status.Device, status.Inode);

    private static Level Enter(Level level, byte[] name, byte[] path)
    {
        MergedDirectory tree = level.Tree.OpenDirectory(name) ?? throw new StoreException($"'{UnixPath.Quote(path)}' vanished while it was read");
        MergedDirectory? below = null;
        try
        {
            below = level.Below is { } lower && lower.TryFind(name, out _, out FileStatus before) && before.IsDirectory ? lower.OpenDirectory(name) : null;
            return new Level(tree, below, path, Pending(tree, below));
        }
        catch
        {
            tree.Dispose();
            below?.Dispose();
            throw;
        }
    }

    private static Queue<(byte[] Name, bool IsRemoved)> Pending(MergedDirectory tree, MergedDirectory? below)
    {
        List<byte[]> present = [.. tree.List().Select(e => e.Name)];
        HashSet<byte[]> names = new(present, ByteComparer.Ordinal);
        IEnumerable<byte[]> removed = below is null ? [] : below.List().Select(e => e.Name).Where(n => !names.Contains(n));
        return new([.. removed.Select(n => (n, true)), .. present.Select(n => (n, false))]);
    }

    private sealed record Level(MergedDirectory Tree, MergedDirectory? Below, byte[] Path, Queue<(byte[] Name, bool IsRemoved)> Pending) : IDisposable
    {
        public void Dispose()
        {
            Tree.Dispose();
            Below?.Dispose();
        }
    }
}
