using System.Text.Json.Serialization;
using Builder.Oci.Collections;

namespace Builder.Oci.Json;

/// <summary>One image in the <c>manifest.json</c> of a Docker archive.</summary>
internal sealed record DockerArchiveImage
{
    /// <summary>Path of the config inside the archive.</summary>
    [JsonPropertyName("Config")] public string? Config { get; init; }

    /// <summary>Tagged names; empty for an image without a name.</summary>
    [JsonPropertyName("RepoTags")] public EquatableArray<string> RepoTags { get; init; }

    /// <summary>Paths of the layers inside the archive, base first.</summary>
    [JsonPropertyName("Layers")] public EquatableArray<string> Layers { get; init; }
}
