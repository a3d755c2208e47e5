using System.Collections.Concurrent;
using System.Globalization;
using Builder.Cache.Storage;
using Builder.Cache.Usage;
using Builder.Linux.Files;

namespace Builder.Cache.Snapshots;

/// <summary>
/// Room that snapshots take. A tree never changes, so it is measured once: the size is kept as the name of an empty file beside it.
/// </summary>
internal sealed class SnapshotSizes(string directory, TimeProvider time)
{
    private const string SizePrefix = "size-";

    // Until the kernel has written a file, it may take more or less room than in the end.
    private static readonly TimeSpan SettleAge = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, long> _trees = new(StringComparer.Ordinal);

    /// <summary>Allocated bytes of a snapshot with its descriptions; 0 when it isn't there.</summary>
    internal long Of(string id)
    {
        string path = Path.Combine(directory, id);
        try
        {
            using DirectoryHandle handle = DirectoryHandle.Open(path);
            FileStatus self = handle.StatSelf();
            long beside = self.Allocated;
            long? tree = _trees.TryGetValue(id, out long known) ? known : null;
            foreach (DirectoryEntry entry in handle.List())
            {
                string name = UnixPath.Decode(entry.Name);
                if (name == SnapshotStore.TreeName || !handle.TryStat(entry.Name, out FileStatus status)) continue;
                if (status.IsDirectory) beside += TreeUsage.Of(Path.Combine(path, name));
                else beside += status.Allocated;
                if (name.StartsWith(SizePrefix, StringComparison.Ordinal)
                    && long.TryParse(name[SizePrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out long noted)) tree ??= noted;
            }

            if (tree is null) tree = Measure(id, path, self);
            _trees[id] = tree.Value;
            return beside + tree.Value;
        }
        catch (Exception error) when (StoreFault.IsMissing(error))
        {
            _trees.TryRemove(id, out _);
            return 0;
        }
    }

    private long Measure(string id, string path, FileStatus self)
    {
        long size = TreeUsage.Of(Path.Combine(path, SnapshotStore.TreeName));
        if (time.GetUtcNow() - LastUse.From(self.Modified) < SettleAge) return size;
        try
        {
            File.Create(Path.Combine(directory, id, SizePrefix + size.ToString(CultureInfo.InvariantCulture))).Dispose();
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            // A read-only store: it is measured again the next time.
        }

        return size;
    }
}
