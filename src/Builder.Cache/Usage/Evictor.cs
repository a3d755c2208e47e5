using Builder.Cache.Images;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Usage;

/// <summary>
/// Removes things of the cache, least recently used first, never what a living process uses and never what others stand on. Any number
/// of processes may do so at once, beside any number of builds.
/// </summary>
internal sealed class Evictor(StoreLayout layout, StoreOwner owner, SnapshotStore snapshots, Blobs.BlobStore blobs, ImageStore images)
{
    /// <summary>Removes what may be removed until enough is gone.</summary>
    /// <param name="candidates">What may go. A snapshot goes after all that stand on it.</param>
    /// <param name="isEnough">Asked before each, with the bytes freed so far.</param>
    /// <param name="cancellationToken">Stops between two.</param>
    /// <returns>What was removed.</returns>
    internal IReadOnlyList<UsageItem> Remove(IEnumerable<UsageItem> candidates, Func<long, bool> isEnough, CancellationToken cancellationToken)
    {
        var family = new SnapshotFamily(snapshots);
        List<UsageItem> waiting = [];
        Dictionary<string, UsageItem> byId = new(StringComparer.Ordinal);
        PriorityQueue<UsageItem, DateTimeOffset> queue = new();
        foreach (UsageItem item in candidates)
        {
            byId[item.Id] = item;
            queue.Enqueue(item, item.LastUsed);
        }

        List<UsageItem> removed = [];
        long freed = 0;
        while (queue.TryDequeue(out UsageItem? item, out _) && !isEnough(freed))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (item.Kind == UsageKind.Snapshot && family.HasChildren(item.Id))
            {
                waiting.Add(item);
                continue;
            }

            if (!TryRemove(item, family)) continue;
            removed.Add(item);
            freed += item.Size;

            // Older than what stood on it, and free to go now.
            if (item.Parents is { } parent && waiting.Find(w => w.Id == parent) is { } next && waiting.Remove(next)) queue.Enqueue(next, next.LastUsed);
        }

        return removed;
    }

    /// <summary>Removes an image nobody uses with the blobs only it had; the freed bytes, 0 when it is in use.</summary>
    internal long RemoveImage(StoredImage image)
    {
        if (!images.TryEvict(image.Id)) return 0;
        long freed = 0;
        foreach (Digest blob in image.Layers.Select(l => l.BlobDigest).Append(image.Id).Distinct())
        {
            long size = TreeUsage.Of(blobs.PathOf(blob));
            if (images.TryEvictBlob(blob)) freed += size;
        }

        return freed;
    }

    private bool TryRemove(UsageItem item, SnapshotFamily family) => item.Kind switch
    {
        UsageKind.Snapshot => snapshots.TryEvict(item.Id, () => family.HasChildren(item.Id)),
        UsageKind.Blob => images.TryEvictBlob(Digest.Parse(item.Id)),
        UsageKind.CacheMount => CacheMountDirectory.List(layout.CacheMounts)
            .FirstOrDefault(c => Path.GetRelativePath(layout.CacheMounts, c.Data) == item.Id)?.TryEvict(owner) ?? false,
        _ => throw new NotSupportedException($"nothing removes {item.Kind}"),
    };
}
