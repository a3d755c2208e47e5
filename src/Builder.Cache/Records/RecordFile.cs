namespace Builder.Cache.Records;

/// <summary>A file of the record store: a record or the way to one.</summary>
/// <param name="Alias">Digest of the key the record is under; everything else is null then.</param>
/// <param name="Fields">Of the key.</param>
/// <param name="SnapshotId">The result.</param>
/// <param name="Description">For people.</param>
/// <param name="CreatedAt">When it was executed.</param>
internal sealed record RecordFile(string? Alias, RecordField[]? Fields, string? SnapshotId, string? Description, DateTimeOffset? CreatedAt);

/// <summary>A field of a key.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">Of its value.</param>
internal sealed record RecordField(string? Name, string? Digest);
