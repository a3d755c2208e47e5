using Builder.Oci;

namespace Builder.Cache.Usage;

/// <summary>Room a store takes, by what for. The parts make the total, which is what du(1) says.</summary>
/// <param name="Items">What the cache holds.</param>
/// <param name="BlobSizes">Allocated bytes of the blobs that images use.</param>
/// <param name="Containers">Bytes of containers.</param>
/// <param name="Records">Bytes of descriptions: of results, names, downloads.</param>
/// <param name="Unfinished">Bytes of what is being made right now, or was when a process died.</param>
public sealed record StoreUsage(
    IReadOnlyList<UsageItem> Items, IReadOnlyDictionary<Digest, long> BlobSizes, long Containers, long Records, long Unfinished)
{
    /// <summary>Bytes of images.</summary>
    public long Images => BlobSizes.Values.Sum();

    /// <summary>Bytes of the cache, its descriptions among them.</summary>
    public long Cache => Items.Sum(i => i.Size) + Records + Unfinished;

    /// <summary>Bytes of everything.</summary>
    public long Total => Images + Containers + Cache;
}
