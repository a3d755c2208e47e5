using Builder.Cache.Keys;

namespace Builder.Cache.Records;

/// <summary>The result of one executed operation.</summary>
/// <param name="Key">What it was executed for.</param>
/// <param name="SnapshotId">The resulting file system.</param>
/// <param name="Description">For people: the instruction.</param>
/// <param name="CreatedAt">When it was executed.</param>
public sealed record CacheRecord(CacheKey Key, string SnapshotId, string Description, DateTimeOffset CreatedAt);
