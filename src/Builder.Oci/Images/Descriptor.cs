using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Builder.Oci.Images;

/// <summary>Names a blob (OCI image-spec, descriptor.md).</summary>
public sealed record Descriptor
{
    [JsonPropertyName("mediaType")] public required string MediaType { get; init; }

    [JsonPropertyName("digest")] public required Digest Digest { get; init; }

    /// <summary>Bytes.</summary>
    [JsonPropertyName("size")] public required long Size { get; init; }

    [JsonPropertyName("platform")] public Platform? Platform { get; init; }

    [JsonPropertyName("annotations")] public ImmutableSortedDictionary<string, string>? Annotations { get; init; }
}
