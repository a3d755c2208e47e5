using Builder.Cache;
using Builder.Cache.Keys;
using Builder.Cache.Snapshots;
using Builder.Executor.Contexts;
using Builder.Oci;

namespace Builder.Executor.Copying;

/// <summary>Finds earlier results of a COPY that differ in nothing but the files that were copied.</summary>
/// <param name="store">Where they are.</param>
internal sealed class EarlierCopies(BuilderStore store)
{
    // Of fewer files than that, looking for an earlier result takes longer than copying.
    private const int FewestFiles = 64;

    private const string Content = "input 1 content";

    /// <summary>An earlier result to keep files from, or null.</summary>
    /// <param name="match">The directory that is copied; null for anything else.</param>
    /// <param name="key">The key of the step.</param>
    /// <param name="earlier">Keys it had before, the best first.</param>
    /// <param name="draft">Where the result will be.</param>
    public EarlierCopy? Find(SourceMatch? match, CacheKey key, IReadOnlyList<CacheKey> earlier, SnapshotDraft draft)
    {
        if (match is null || match.Entries.Count < FewestFiles || store.Snapshots.Kind != SnapshotKind.Overlay) return null;
        foreach (CacheKey other in earlier)
        {
            if (ManifestOf(key, other) is not { } manifest || store.Records.Find(other.Digest) is not { } record) continue;
            if (store.Snapshots.Find(record.SnapshotId) is not { } snapshot || snapshot.ParentId != draft.Parent?.Id) continue;
            using Stream? list = store.Manifests.OpenRead(manifest);
            if (list is null || EarlierCopy.Open(list, match, store.Snapshots.OwnTreeOf(snapshot)) is not { } found) continue;
            if (store.Snapshots.TryShare(snapshot, draft)) return found;
            found.Dispose();
        }

        return null;
    }

    // Where the list of the other key's files is, when the two keys differ in their content only.
    private static Digest? ManifestOf(CacheKey key, CacheKey other)
    {
        if (key.Fields.Count != other.Fields.Count) return null;
        Digest? manifest = null;
        for (int i = 0; i < key.Fields.Count; i++)
        {
            (CacheKeyField field, CacheKeyField before) = (key.Fields[i], other.Fields[i]);
            if (field.Name != before.Name) return null;
            if (field.Name == Content) manifest = Digest.TryParse(before.Text, out Digest list) ? list : null;
            else if (field.ValueDigest != before.ValueDigest) return null;
        }

        return manifest;
    }
}
