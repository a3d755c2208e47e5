using Builder.Cache.Layers;
using Builder.Cache.Sharing;

namespace Builder.Executor.Sharing;

/// <summary>A cache to be filled (<c>--cache-to</c>).</summary>
/// <param name="Target">Where it is.</param>
public sealed record CacheExportSpec(ICacheTarget Target)
{
    /// <summary>All steps, and not only those whose layers the result is made of.</summary>
    public bool AllSteps { get; init; }

    /// <summary>gzip unless something else is said.</summary>
    public CompressionChoice Compression { get; init; } = CompressionChoice.Default;

    /// <summary>The envelope.</summary>
    public CacheManifestForm Form { get; init; } = new();

    /// <summary>A failure is told and doesn't fail the build.</summary>
    public bool IgnoreError { get; init; }

    /// <summary>Afterwards, what the new cache doesn't use is removed from the target.</summary>
    public bool Reset { get; init; }
}
