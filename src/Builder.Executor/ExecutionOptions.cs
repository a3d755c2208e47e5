using System.Collections.Immutable;
using Builder.Cache.Sharing;
using Builder.Executor.Attestations;
using Builder.Executor.Sharing;
using Builder.Executor.Sources;
using Builder.Executor.Steps;

namespace Builder.Executor;

/// <summary>What a build may do and where its contexts are.</summary>
public sealed record ExecutionOptions
{
    /// <summary>Directories by context name (<c>context</c> is the build context), absolute.</summary>
    public required ImmutableDictionary<string, LocalContext> Contexts { get; init; }

    /// <summary>How many vertices may run at once, at least 1.</summary>
    public int Jobs { get; init; } = Math.Max(8, Environment.ProcessorCount * 2);

    /// <summary>How sources are fetched.</summary>
    public SourceSettings Sources { get; init; } = new();

    /// <summary>What builds are compared with each other to explain what was executed; null: nothing is remembered.</summary>
    public string? Project { get; init; }

    /// <summary>What counts as the mode of a file in a context.</summary>
    public ContextModes ContextModes { get; init; }

    /// <summary>Look nothing up; results are still stored.</summary>
    public bool NoCache { get; init; }

    /// <summary>The same for some stages, by name or number; letters of either case.</summary>
    public ImmutableHashSet<string> NoCacheStages { get; init; } = [];

    /// <summary>The time that the image is said to be from (SOURCE_DATE_EPOCH), or null for the time it is made.</summary>
    public DateTimeOffset? Epoch { get; init; }

    /// <summary>Caches that others filled, in the order they are asked.</summary>
    public ImmutableArray<ICacheSource> CacheFrom { get; init; } = [];

    /// <summary>Told what the build makes, to put it into caches for others; null for none.</summary>
    public CacheExport? CacheExport { get; init; }

    /// <summary>What new cache mounts are filled from, or null.</summary>
    public SharedMounts? SharedMounts { get; init; }

    /// <summary>The image's config holds the cache records of its layers.</summary>
    public bool InlineCache { get; init; }

    /// <summary>What is to be claimed of the result, or null for nothing.</summary>
    public AttestationRequest? Attestations { get; init; }

    /// <summary>What RUN steps get.</summary>
    public StepOptions Steps { get; init; } = StepOptions.Default;
}

/// <summary>A context directory.</summary>
/// <param name="Directory">Absolute.</param>
/// <param name="IgnoreFile">Path of the ignore file in force, or null.</param>
public sealed record LocalContext(string Directory, string? IgnoreFile);
