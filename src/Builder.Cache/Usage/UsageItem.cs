namespace Builder.Cache.Usage;

/// <summary>What a thing of the cache is.</summary>
public enum UsageKind
{
    /// <summary>The file system after a step, or of an unpacked image.</summary>
    Snapshot,

    /// <summary>A layer, download or archive that no image of the store uses.</summary>
    Blob,

    /// <summary>A directory of <c>RUN --mount=type=cache</c>.</summary>
    CacheMount,
}

/// <summary>A thing of the cache that can be removed by itself.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Of a snapshot its id, of a blob its digest, of a cache mount its directory.</param>
/// <param name="Size">Allocated bytes.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastUsed">When a build found or made it last.</param>
/// <param name="Description">For people: the instruction.</param>
/// <param name="Parents">Ids of what it stands on.</param>
/// <param name="IsInUse">Whether a living process uses it.</param>
/// <param name="IsShared">Whether it is the unpacked form of what an image of the store has as a layer.</param>
public sealed record UsageItem(
    UsageKind Kind, string Id, long Size, DateTimeOffset CreatedAt, DateTimeOffset LastUsed, string Description, string? Parents, bool IsInUse, bool IsShared);
