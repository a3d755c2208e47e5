using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Builder.Oci.Collections;

namespace Builder.Oci.Images;

/// <summary>An image index (OCI image-spec, image-index.md; Docker's manifest list has the same shape).</summary>
public sealed record ImageIndex
{
    [JsonPropertyName("schemaVersion")] public int SchemaVersion { get; init; } = 2;

    [JsonPropertyName("mediaType")] public string? MediaType { get; init; }

    [JsonPropertyName("manifests")] public EquatableArray<Descriptor> Manifests { get; init; }

    [JsonPropertyName("annotations")] public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Fields this version doesn't know. Settable only because System.Text.Json fills it after construction.</summary>
    [JsonExtensionData] public Dictionary<string, JsonElement>? Unknown { get; set; }
}
