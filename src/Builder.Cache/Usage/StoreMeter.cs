using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Linux.Files;

namespace Builder.Cache.Usage;

/// <summary>Measures how much room a store takes, again and again at little cost: what never changes is measured once.</summary>
internal sealed class StoreMeter(StoreLayout layout, SnapshotSizes snapshots, TimeProvider time)
{
    // Descriptions are small; their sum may be that old.
    private static readonly TimeSpan DescriptionAge = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, long> _snapshots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _blobs = new(StringComparer.Ordinal);
    private long _descriptions;
    private long _described = long.MinValue;

    /// <summary>Allocated bytes of everything in the store's directory.</summary>
    internal long Total()
    {
        RefreshDescriptions();
        return _descriptions + Snapshots() + Blobs() + Live().Sum(TreeUsage.Of);
    }

    /// <summary>Bytes of what is being made right now, or was when a process died.</summary>
    internal long Unfinished() => TreeUsage.Of(layout.Temporary) + Drafts().Sum(TreeUsage.Of);

    /// <summary>Bytes of everything that is neither a snapshot, a blob, a container, a cache mount nor unfinished.</summary>
    internal long Descriptions()
    {
        HashSet<string> elsewhere = [layout.Snapshots, Path.Combine(layout.Root, "blobs"), .. Live()];
        long total = Self(layout.Root) + Self(layout.Snapshots) + Self(Path.Combine(layout.Root, "blobs")) + Self(layout.Blobs);
        return total + Directory.EnumerateFileSystemEntries(layout.Root).Where(e => !elsewhere.Contains(e)).Sum(TreeUsage.Of);
    }

    private static long Self(string path) => FileTimes.Find(path)?.Allocated ?? 0;

    private IEnumerable<string> Drafts() => Directory.EnumerateDirectories(layout.Snapshots, SnapshotStore.DraftPrefix + "*");

    private IEnumerable<string> Live() => [layout.Temporary, layout.Containers, layout.CacheMounts];

    private void RefreshDescriptions()
    {
        long now = time.GetTimestamp();
        if (_described != long.MinValue && time.GetElapsedTime(_described, now) < DescriptionAge) return;
        _descriptions = Descriptions();
        _described = now;

        // The files beside a snapshot's tree come later than the tree.
        _snapshots.Clear();
    }

    private long Snapshots()
    {
        long total = 0;
        foreach (string path in Directory.EnumerateDirectories(layout.Snapshots))
        {
            string id = Path.GetFileName(path);
            if (!ShortId.IsValid(id)) total += TreeUsage.Of(path);
            else if (_snapshots.TryGetValue(id, out long known)) total += known;
            else total += _snapshots[id] = snapshots.Of(id);
        }

        return total;
    }

    private long Blobs()
    {
        long total = 0;
        foreach (string path in Directory.EnumerateFiles(layout.Blobs))
        {
            string name = Path.GetFileName(path);
            if (!_blobs.TryGetValue(name, out long known)) known = _blobs[name] = Self(path);
            total += known;
        }

        return total;
    }
}
