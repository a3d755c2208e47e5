using Builder.Cache.Snapshots;
using Builder.Linux.Files;

namespace Builder.Cache.Storage;

/// <summary>Finds and removes what processes that died left unfinished.</summary>
internal sealed class Leftovers(StoreLayout layout, StoreOwner owner)
{
    /// <summary>Removes what nobody alive owns. Skipped when another process opens the store or collects right now.</summary>
    internal void Collect(CancellationToken cancellationToken)
    {
        List<(string Token, FileLock Lock)> dead = FindDead();
        try
        {
            foreach ((string token, _) in dead)
            {
                foreach (string path in UnfinishedOf(token))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    TryRemove(path);
                }

                File.Delete(layout.OwnerLock(token));
            }

            RemoveWorkLocks();
        }
        finally
        {
            foreach ((_, FileLock held) in dead) held.Dispose();
        }
    }

    /// <summary>
    /// Removes a file or tree; false when something may not be removed here (image files have owners only a session may touch) or is
    /// still mounted. It is tried again by a later process then.
    /// </summary>
    internal static bool TryRemove(string path)
    {
        try
        {
            // Removal must never walk through a mount into files that are not the store's.
            if (MountTable.HasMountWithin(path)) return false;
            using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
            parent.RemoveTree(UnixPath.Encode(Path.GetFileName(path)));
            return true;
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            return false;
        }
    }

    private List<(string Token, FileLock Lock)> FindDead()
    {
        List<(string, FileLock)> dead = [];
        using FileLock? gate = FileLock.TryAcquire(layout.GateLock, FileLockKind.Exclusive);
        if (gate is null) return dead;
        HashSet<string> tokens = [.. TokensOfLocks(), .. Unfinished().Select(u => u.Token)];
        tokens.Remove(owner.Token);
        foreach (string token in tokens.Where(ShortId.IsValid))
        {
            if (FileLock.TryAcquire(layout.OwnerLock(token), FileLockKind.Exclusive) is { } held) dead.Add((token, held));
        }

        return dead;
    }

    // Who holds one removes it; of those who were killed it stays. Whoever waits for one notices that it was removed.
    private void RemoveWorkLocks()
    {
        foreach (string path in Directory.EnumerateFiles(layout.Locks, "w-*"))
        {
            using FileLock? free = FileLock.Hold(path, FileLockKind.Exclusive, wait: false);
            if (free is not null) File.Delete(path);
        }
    }

    private IEnumerable<string> TokensOfLocks() =>
        Directory.EnumerateFiles(layout.Locks, "o-*").Select(path => Path.GetFileName(path)[2..]);

    private IEnumerable<string> UnfinishedOf(string token) => Unfinished().Where(u => u.Token == token).Select(u => u.Path);

    private List<(string Token, string Path)> Unfinished()
    {
        IEnumerable<(string Path, string Name)> found =
        [
            .. Directory.EnumerateFileSystemEntries(layout.Temporary).Select(p => (p, Path.GetFileName(p))),
            .. Directory.EnumerateDirectories(layout.Snapshots, SnapshotStore.DraftPrefix + "*")
                .Select(p => (p, Path.GetFileName(p)[SnapshotStore.DraftPrefix.Length..])),
        ];
        return [.. found.Select(f => (StoreOwner.TokenOf(f.Name) ?? "", f.Path)).Where(f => f.Item1.Length > 0)];
    }
}
