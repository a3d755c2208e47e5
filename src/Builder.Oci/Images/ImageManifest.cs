using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Builder.Oci.Collections;

namespace Builder.Oci.Images;

/// <summary>An image manifest (OCI image-spec, manifest.md; Docker schema 2 has the same shape).</summary>
public sealed record ImageManifest
{
    [JsonPropertyName("schemaVersion")] public int SchemaVersion { get; init; } = 2;

    [JsonPropertyName("mediaType")] public string? MediaType { get; init; }

    [JsonPropertyName("config")] public required Descriptor Config { get; init; }

    /// <summary>Base first.</summary>
    [JsonPropertyName("layers")] public EquatableArray<Descriptor> Layers { get; init; }

    [JsonPropertyName("annotations")] public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>Fields this version doesn't know. Settable only because System.Text.Json fills it after construction.</summary>
    [JsonExtensionData] public Dictionary<string, JsonElement>? Unknown { get; set; }
}
