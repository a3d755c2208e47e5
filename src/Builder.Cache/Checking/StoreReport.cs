namespace Builder.Cache.Checking;

/// <summary>What checking a store found.</summary>
/// <param name="Problems">What is damaged.</param>
/// <param name="Blobs">How many blobs were read.</param>
/// <param name="Snapshots">How many snapshots there are.</param>
/// <param name="Compared">How many of them were compared with their layers.</param>
/// <param name="Images">How many images there are.</param>
/// <param name="Records">How many records of results can be read.</param>
/// <param name="Stale">How many of these name a result that was evicted: no damage, they tell later why a step is executed again.</param>
public sealed record StoreReport(IReadOnlyList<StoreProblem> Problems, int Blobs, int Snapshots, int Compared, int Images, int Records, int Stale);
