namespace Builder.Cache.Snapshots;

/// <summary>A snapshot's <c>snapshot.json</c>.</summary>
/// <param name="ParentId">Null when it stands on nothing.</param>
/// <param name="CreatedAt">When it was committed.</param>
/// <param name="Boot">
/// Boot of the machine it was committed in. Its files are in the page cache then and outlive this process, but not a power cut;
/// in another boot it counts only when it is marked as settled on the disk. Null when that was not known: then it was settled at once.
/// </param>
internal sealed record SnapshotFile(string? ParentId, DateTimeOffset CreatedAt, string? Boot);
