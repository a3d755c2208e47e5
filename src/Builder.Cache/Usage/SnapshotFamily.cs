using Builder.Cache.Snapshots;

namespace Builder.Cache.Usage;

/// <summary>Which snapshots stand on which, read again as far as there are new ones.</summary>
internal sealed class SnapshotFamily(SnapshotStore snapshots)
{
    private readonly Dictionary<string, string?> _parents = new(StringComparer.Ordinal);

    /// <summary>Whether another snapshot needs this one's files.</summary>
    internal bool HasChildren(string id)
    {
        // A copy holds everything itself.
        if (snapshots.Kind == SnapshotKind.Copy) return false;
        HashSet<string> present = [.. snapshots.List()];
        foreach (string gone in _parents.Keys.Where(k => !present.Contains(k)).ToList()) _parents.Remove(gone);
        foreach (string added in present.Where(p => !_parents.ContainsKey(p))) _parents[added] = snapshots.Look(added)?.ParentId;
        return _parents.Values.Contains(id, StringComparer.Ordinal);
    }
}
