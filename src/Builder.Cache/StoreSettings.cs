using Builder.Cache.Snapshots;
using Builder.Cache.Usage;
using Builder.Oci;

namespace Builder.Cache;

/// <summary>How a store is to be kept.</summary>
public sealed record StoreSettings
{
    /// <summary>Nothing in particular.</summary>
    public static StoreSettings Default { get; } = new();

    /// <summary>
    /// Finds out how a new store can keep snapshots, given an empty directory of its file system; null where that can't be found out,
    /// outside the user namespace: then it stays undecided.
    /// </summary>
    public Func<string, SnapshotKind>? ProbeSnapshots { get; init; }

    /// <summary>What it may take.</summary>
    public StoreLimits Limits { get; init; } = StoreLimits.None;

    /// <summary>Tells the images that containers were made of: they are in use.</summary>
    public Func<IReadOnlySet<Digest>> ImagesOfContainers { get; init; } = static () => new HashSet<Digest>();

    /// <summary>Told of each named image that had to go.</summary>
    public Action<string> OnImageEvicted { get; init; } = static _ => { };
}
