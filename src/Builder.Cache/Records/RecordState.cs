namespace Builder.Cache.Records;

/// <summary>What a file of the record store is good for.</summary>
internal enum RecordState
{
    /// <summary>Its result is there.</summary>
    Good,

    /// <summary>Its result was evicted.</summary>
    Stale,

    /// <summary>It can't be read.</summary>
    Damaged,
}
