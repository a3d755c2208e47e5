using Builder.Cache.Layers;
using Builder.Cache.Sharing;
using Builder.Oci;
using Builder.Oci.Collections;

namespace Builder.Cli.Builds.Caches;

/// <summary>The shared caches that a command line names.</summary>
internal sealed record CacheArguments
{
    /// <summary>None.</summary>
    public static CacheArguments None { get; } = new();

    /// <summary><c>--cache-from</c>, in order.</summary>
    public EquatableArray<CachePlace> From { get; init; }

    /// <summary><c>--cache-to</c>.</summary>
    public EquatableArray<CacheTo> To { get; init; }

    /// <summary><c>--cache-to type=inline</c>.</summary>
    public bool Inline { get; init; }

    /// <summary><c>--mount-cache-from</c>, in order.</summary>
    public EquatableArray<CachePlace> MountFrom { get; init; }

    /// <summary><c>--mount-cache-to</c>.</summary>
    public EquatableArray<CacheTo> MountTo { get; init; }

    /// <summary>What was asked for and has no effect.</summary>
    public EquatableArray<string> Warnings { get; init; }
}

/// <summary>Where a shared cache is. The set of subtypes is closed.</summary>
internal abstract record CachePlace;

/// <summary>A directory.</summary>
/// <param name="Directory">As typed.</param>
/// <param name="Tag">Which of its caches.</param>
/// <param name="Digest">Which of its caches, to be read whatever its index says; or null.</param>
internal sealed record LocalCachePlace(string Directory, string Tag, Digest? Digest) : CachePlace;

/// <summary>A name in a registry.</summary>
/// <param name="Reference">The name.</param>
internal sealed record RegistryCachePlace(ImageReference Reference) : CachePlace;

/// <summary>A cache to be filled.</summary>
/// <param name="Place">Where.</param>
internal sealed record CacheTo(CachePlace Place)
{
    public bool AllSteps { get; init; }

    public CompressionChoice Compression { get; init; } = CompressionChoice.Default;

    public CacheManifestForm Form { get; init; } = new();

    public bool IgnoreError { get; init; }

    public bool Reset { get; init; }
}
