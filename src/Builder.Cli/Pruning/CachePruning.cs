using Builder.Cache;
using Builder.Cache.Usage;

namespace Builder.Cli.Pruning;

/// <summary>What is to be removed of the cache.</summary>
/// <param name="All">Also what images of the store were unpacked to or made of.</param>
/// <param name="Filters">Only what matches.</param>
/// <param name="Reserved">Stop when the cache has no more bytes than this.</param>
/// <param name="MaxUsed">Remove only as long as it has more.</param>
/// <param name="MinFree">Remove only as long as the file system has less left.</param>
internal sealed record CachePruning(bool All, PruneFilters Filters, long? Reserved = null, long? MaxUsed = null, long? MinFree = null)
{
    /// <summary>Removes it.</summary>
    /// <returns>Ids, and the bytes that were freed.</returns>
    public (IReadOnlyList<string> Removed, long Freed) Run(BuilderStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        store.Usage.RemoveLeftovers(cancellationToken);
        StoreUsage usage = store.Usage.Read();
        long free = new DriveInfo(store.Root).AvailableFreeSpace;
        IEnumerable<UsageItem> candidates = usage.Items.Where(i => (All || !i.IsShared) && Filters.Matches(i, now));
        IReadOnlyList<UsageItem> removed = store.Usage.Remove(candidates, freed => IsEnough(usage.Cache - freed, free + freed), cancellationToken);
        if (All && Filters.Filters.Count == 0) store.Usage.RemoveStale(DateTimeOffset.MaxValue, cancellationToken);
        return ([.. removed.Select(r => r.Id)], removed.Sum(r => r.Size));
    }

    private bool IsEnough(long used, long free)
    {
        if (Reserved is { } reserved && used <= reserved) return true;
        if (MaxUsed is null && MinFree is null) return false;
        return (MaxUsed is not { } max || used <= max) && (MinFree is not { } minimum || free >= minimum);
    }
}
