using System.Collections.Immutable;
using Builder.Cli.Builds.Caches;
using Builder.Cli.Builds.Calls;
using Builder.Executor;
using Builder.Executor.Attestations;
using Builder.Executor.Steps;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Builds;

/// <summary>What <c>build</c> was asked for.</summary>
internal sealed record BuildArguments
{
    /// <summary>A directory or URL as typed, or <c>-</c>: an archive, or a Dockerfile without a context, comes from standard input.</summary>
    public required string Context { get; init; }

    /// <summary><c>--file</c> as typed (a path, a URL, <c>-</c> for standard input), or null.</summary>
    public string? File { get; init; }

    public EquatableArray<ImageReference> Tags { get; init; }

    public string? Target { get; init; }

    /// <summary>The only platform to build for; null when nothing is said, which means this machine's, and where there are several.</summary>
    public Platform? Platform { get; init; }

    /// <summary>What <c>--platform</c> says.</summary>
    public EquatableArray<Platform> Platforms { get; init; }

    /// <summary>The first or only platform to build for.</summary>
    public Platform MainPlatform => Platform ?? (Platforms.Count > 0 ? Platforms[0] : Platform.Current);

    /// <summary>What is to be claimed of the image, or null.</summary>
    public AttestationRequest? Attestations { get; init; }

    /// <summary>The result is an index, one image in it for each platform.</summary>
    public bool MakesIndex { get; init; }

    public ImmutableSortedDictionary<string, string> BuildArgs { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The time that the image is said to be from, or null.</summary>
    public DateTimeOffset? Epoch { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public EquatableArray<NamedContextText> BuildContexts { get; init; }

    public bool NoCache { get; init; }

    /// <summary>The same for some stages.</summary>
    public ImmutableHashSet<string> NoCacheStages { get; init; } = [];

    /// <summary>Caches that are shared with others.</summary>
    public CacheArguments Caches { get; init; } = CacheArguments.None;

    /// <summary>What RUN steps get.</summary>
    public StepOptions Steps { get; init; } = StepOptions.Default;

    /// <summary>What RUN steps may ask for.</summary>
    public EquatableArray<Entitlement> Entitlements { get; init; }

    /// <summary>Tell at the end, in full, why steps were executed.</summary>
    public bool Explain { get; init; }

    /// <summary>Fail when a step had to be executed.</summary>
    public bool ExpectCached { get; init; }

    /// <summary>What counts as the mode of a file in the context.</summary>
    public ContextModes ContextModes { get; init; }

    /// <summary>Ask the registry for base images even when the store has them.</summary>
    public bool Pull { get; init; }

    /// <summary>Empty: into the local store.</summary>
    public EquatableArray<OutputSpec> Outputs { get; init; }

    /// <summary><c>--metadata-file</c> as typed, or null.</summary>
    public string? MetadataFile { get; init; }

    /// <summary><c>--trace</c> as typed, or null.</summary>
    public string? Trace { get; init; }

    /// <summary>Build a second time and tell the first difference.</summary>
    public bool VerifyReproducible { get; init; }

    /// <summary>What becomes one layer.</summary>
    public SquashScope Squash { get; init; }

    /// <summary>An output asks for it: the image is one and the same in all of them.</summary>
    public bool RewritesTimes => Outputs.Any(o => o.RewritesTimes);

    /// <summary>Of manifests and index.</summary>
    public ImageAnnotations Annotations { get; init; } = ImageAnnotations.None;

    public string? IidFile { get; init; }

    public ProgressMode Progress { get; init; }

    public NetworkMode Network { get; init; }

    /// <summary><c>host=ip</c> each.</summary>
    public EquatableArray<string> ExtraHosts { get; init; }

    /// <summary>Null for the engine's own choice.</summary>
    public int? Jobs { get; init; }

    /// <summary>Print the graph in this form and build nothing.</summary>
    public GraphFormat? PrintGraph { get; init; }

    /// <summary>What to do with the Dockerfile: build it, or only tell about it.</summary>
    public CallSpec Call { get; init; } = CallSpec.Build;

    /// <summary>Things said on the command line that have no effect, to be told.</summary>
    public EquatableArray<string> Warnings { get; init; }
}

/// <summary>How progress is shown.</summary>
internal enum ProgressMode
{
    /// <summary>Tty on a terminal, else plain.</summary>
    Auto,

    /// <summary>Lines.</summary>
    Plain,

    /// <summary>A list that is redrawn.</summary>
    Tty,

    /// <summary>Nothing but the image id on standard output.</summary>
    Quiet,

    /// <summary>Nothing at all.</summary>
    None,
}

/// <summary>How <c>--print-graph</c> prints.</summary>
internal enum GraphFormat
{
    Text,
    Dot,
}
