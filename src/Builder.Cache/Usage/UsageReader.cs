using Builder.Cache.Blobs;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cache.Records;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Usage;

/// <summary>Tells what a store holds, without beginning to use any of it.</summary>
internal sealed class UsageReader(
    StoreLayout layout, SnapshotStore snapshots, SnapshotSizes sizes, BlobStore blobs, ImageStore images, RecordStore records, LayerStore layers, StoreMeter meter)
{
    /// <summary>Everything.</summary>
    internal StoreUsage Read()
    {
        HashSet<Digest> used = images.References();
        var imageBlobs = new Dictionary<Digest, long>();
        foreach (Digest blob in used)
            if (FileTimes.Find(blobs.PathOf(blob)) is { } status) imageBlobs[blob] = status.Allocated;
        return new StoreUsage([.. Items(used, details: true)], imageBlobs, TreeUsage.Of(layout.Containers), meter.Descriptions(), meter.Unfinished());
    }

    /// <summary>What the cache holds.</summary>
    /// <param name="used">Blobs that images use.</param>
    /// <param name="details">Whether descriptions, uses and relations to images are wanted, which cost reading every record.</param>
    internal IEnumerable<UsageItem> Items(IReadOnlySet<Digest> used, bool details)
    {
        IReadOnlyDictionary<string, string> descriptions = details ? records.Descriptions() : new Dictionary<string, string>(StringComparer.Ordinal);
        IEnumerable<UsageItem> all = [.. Snapshots(used, descriptions, details), .. Blobs(used, details), .. CacheMounts(details)];
        return all;
    }

    private IEnumerable<UsageItem> Snapshots(IReadOnlySet<Digest> used, IReadOnlyDictionary<string, string> descriptions, bool details)
    {
        foreach (string id in snapshots.List())
        {
            // What can't be read any more is the first to go.
            SnapshotFacts facts = snapshots.Look(id) ?? new SnapshotFacts(null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
            var snapshot = new Snapshot(id, facts.ParentId, facts.CreatedAt);
            bool isShared = details && layers.Recall(snapshot) is { } blob && used.Contains(blob.BlobDigest);
            string description = descriptions.GetValueOrDefault(id) ?? (isShared ? "unpacked image" : "");
            bool inUse = details && InUse.Probe(Path.Combine(layout.Snapshots, id));
            yield return new UsageItem(
                UsageKind.Snapshot, id, sizes.Of(id), facts.CreatedAt, facts.LastUsed, description, facts.ParentId, inUse, isShared);
        }
    }

    private IEnumerable<UsageItem> Blobs(IReadOnlySet<Digest> used, bool details)
    {
        foreach (Digest blob in blobs.List())
        {
            if (used.Contains(blob) || FileTimes.Find(blobs.PathOf(blob)) is not { } status) continue;
            DateTimeOffset changed = LastUse.From(status.Changed);
            yield return new UsageItem(
                UsageKind.Blob, blob.ToString(), status.Allocated, changed, LastUse.From(status.Accessed), "blob", null, details && blobs.IsInUse(blob), false);
        }
    }

    private IEnumerable<UsageItem> CacheMounts(bool details)
    {
        foreach (CacheMountDirectory cache in CacheMountDirectory.List(layout.CacheMounts))
        {
            if (FileTimes.Find(cache.Data) is not { } status) continue;
            DateTimeOffset made = LastUse.From(status.Changed);
            string id = Path.GetRelativePath(layout.CacheMounts, cache.Data);
            yield return new UsageItem(
                UsageKind.CacheMount, id, TreeUsage.Of(cache.Data), made, LastUse.OfModification(cache.Lock, made), "cache mount", null, details && InUse.Probe(cache.Lock), false);
        }
    }
}
