using System.Text.Json;
using System.Text.Json.Serialization;
using Builder.Oci.Collections;

namespace Builder.Oci.Images;

/// <summary>The image config (OCI image-spec, config.md). Unknown fields survive a round trip.</summary>
public sealed record ImageConfig
{
    /// <summary>RFC 3339, or null.</summary>
    [JsonPropertyName("created")] public string? Created { get; init; }

    [JsonPropertyName("author")] public string? Author { get; init; }

    [JsonPropertyName("architecture")] public string Architecture { get; init; } = "";

    [JsonPropertyName("variant")] public string? Variant { get; init; }

    [JsonPropertyName("os")] public string Os { get; init; } = "";

    [JsonPropertyName("config")] public ContainerConfig Config { get; init; } = new();

    [JsonPropertyName("rootfs")] public RootFs RootFs { get; init; } = new();

    [JsonPropertyName("history")] public EquatableArray<HistoryEntry> History { get; init; }

    /// <summary>Fields this version doesn't know. Settable only because System.Text.Json fills it after construction.</summary>
    [JsonExtensionData] public Dictionary<string, JsonElement>? Unknown { get; set; }
}
