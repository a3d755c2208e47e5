namespace Builder.Cache.Usage;

/// <summary>What a store may take; null for no limit.</summary>
/// <param name="MaxBytes">The store's directory never takes more, as du(1) counts.</param>
/// <param name="MinFreeBytes">The cache makes room when the file system has less left.</param>
/// <param name="KeepNamedImages">Whether images with names stay, even when the store can't keep its limit then.</param>
public sealed record StoreLimits(long? MaxBytes, long? MinFreeBytes, bool KeepNamedImages)
{
    /// <summary>None.</summary>
    public static StoreLimits None { get; } = new(null, null, KeepNamedImages: false);

    internal bool Any => MaxBytes is not null || MinFreeBytes is not null;
}
