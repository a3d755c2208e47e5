namespace Builder.Cache.Snapshots;

/// <summary>An immutable file system state: what one step changed, on top of its parent.</summary>
/// <param name="Id">Short, unique in the store, safe as a file name.</param>
/// <param name="ParentId">Null when it stands on nothing.</param>
/// <param name="CreatedAt">When it was committed.</param>
public sealed record Snapshot(string Id, string? ParentId, DateTimeOffset CreatedAt);
