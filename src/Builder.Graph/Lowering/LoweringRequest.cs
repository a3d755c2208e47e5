using System.Collections.Immutable;
using Builder.Graph.Checks;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Parser;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering;

/// <summary>Everything that lowering depends on besides the text; pure data.</summary>
public sealed record LoweringRequest
{
    public required ParseResult Parsed { get; init; }

    /// <summary>Stage name of --target, or null for the last stage.</summary>
    public string? Target { get; init; }

    /// <summary>--build-arg values.</summary>
    public ImmutableSortedDictionary<string, string> BuildArguments { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>--label values.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public Platform TargetPlatform { get; init; } = Platform.Current;

    public Platform BuildPlatform { get; init; } = Platform.Current;

    /// <summary>Labels of steps begin with the platform: it isn't the only one that is built for.</summary>
    public bool ShowsPlatform { get; init; }

    /// <summary>--network: for RUN without a flag of its own.</summary>
    public NetworkMode Network { get; init; }

    /// <summary>--allow: what RUN may ask for. The host's network is also granted by --network=host.</summary>
    public EquatableArray<Entitlement> Entitlements { get; init; }

    /// <summary>--add-host, each <c>host=ip</c>.</summary>
    public EquatableArray<string> ExtraHosts { get; init; }

    /// <summary>How far checks go.</summary>
    public CheckOptions Checks { get; init; } = new();

    /// <summary>What COPY and ADD without a source of their own copy from.</summary>
    public Operation BuildContext { get; init; } = new ContextOperation("context");

    /// <summary>--build-context values, by <see cref="ContextName"/>.</summary>
    public ImmutableDictionary<string, NamedContext> NamedContexts { get; init; } = ImmutableDictionary<string, NamedContext>.Empty;

    /// <summary>Images resolved so far, by the key of the <see cref="ImageRequest"/> that asked for them.</summary>
    public ImmutableDictionary<string, ResolvedImage> Images { get; init; } = ImmutableDictionary<string, ResolvedImage>.Empty;
}

/// <summary>An image whose config lowering needs before it can go on.</summary>
/// <param name="Reference">The name, normalised.</param>
/// <param name="Platform">For which platform.</param>
/// <param name="Line">Where it is named, from 1.</param>
public sealed record ImageRequest(ImageReference Reference, Platform Platform, int Line)
{
    /// <summary>The name in the Dockerfile, for messages about an image that can't be had.</summary>
    public SourceSpan Span { get; init; }

    /// <summary>What the author may have meant instead (a stage with a similar name), or null.</summary>
    public string? Hint { get; init; }

    /// <summary>Key into <see cref="LoweringRequest.Images"/>.</summary>
    public string Key => $"{Reference} {Platform}";
}

/// <summary>What is known of a base image.</summary>
/// <param name="ConfigDigest">Digest of the config.</param>
/// <param name="Config">The config.</param>
public sealed record ResolvedImage(Digest ConfigDigest, ImageConfig Config)
{
    /// <summary>False for one that only stands for an image nobody has asked for: checks do without.</summary>
    public bool IsKnown { get; init; } = true;
}
