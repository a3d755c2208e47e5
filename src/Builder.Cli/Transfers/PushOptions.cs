using System.Collections.Immutable;
using Builder.Cache.Layers;

namespace Builder.Cli.Transfers;

/// <summary>In which form an image is sent.</summary>
internal sealed record PushOptions
{
    /// <summary>gzip for layers that are not compressed yet.</summary>
    public CompressionChoice Compression { get; init; } = CompressionChoice.Default;

    /// <summary>OCI's media types or docker's; null for those that the image's layers have.</summary>
    public bool? OciMediaTypes { get; init; }

    /// <summary>Annotations of the manifest.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
