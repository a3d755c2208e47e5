namespace Builder.Cache.Snapshots;

/// <summary>What pruning has to know of a snapshot.</summary>
/// <param name="ParentId">What it stands on.</param>
/// <param name="CreatedAt">When it was committed.</param>
/// <param name="LastUsed">When a build found or made it last.</param>
internal sealed record SnapshotFacts(string? ParentId, DateTimeOffset CreatedAt, DateTimeOffset LastUsed);
