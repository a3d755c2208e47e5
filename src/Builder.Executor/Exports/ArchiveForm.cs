using System.Collections.Immutable;
using Builder.Cache.Layers;

namespace Builder.Executor.Exports;

/// <summary>What can be chosen about an OCI archive.</summary>
/// <param name="Compression">Null for layers as they are stored.</param>
/// <param name="Annotations">Of the manifest.</param>
public sealed record ArchiveForm(CompressionChoice? Compression, ImmutableSortedDictionary<string, string> Annotations)
{
    /// <summary>Nothing chosen.</summary>
    public static ArchiveForm AsStored { get; } = new(null, ImmutableSortedDictionary<string, string>.Empty);
}
