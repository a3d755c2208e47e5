using System.Collections.Immutable;
using Builder.Executor;
using Builder.Graph.Lowering;

namespace Builder.Cli.Builds;

/// <summary>The named contexts of a build.</summary>
/// <param name="Contexts">By name.</param>
/// <param name="Images">Those of them that are known images, as lowering asks for them.</param>
/// <param name="Directories">Those of them that are directories of this machine.</param>
internal sealed record NamedContextSet(
    ImmutableDictionary<string, NamedContext> Contexts,
    ImmutableDictionary<string, ResolvedImage> Images,
    ImmutableDictionary<string, LocalContext> Directories)
{
    public static NamedContextSet Empty { get; } = new(
        ImmutableDictionary<string, NamedContext>.Empty, ImmutableDictionary<string, ResolvedImage>.Empty, ImmutableDictionary<string, LocalContext>.Empty);
}
