using System.Text.Json.Serialization;

namespace Builder.Oci.Images;

/// <summary>One line of an image's history.</summary>
public sealed record HistoryEntry
{
    /// <summary>RFC 3339, or null.</summary>
    [JsonPropertyName("created")] public string? Created { get; init; }

    [JsonPropertyName("created_by")] public string? CreatedBy { get; init; }

    [JsonPropertyName("author")] public string? Author { get; init; }

    [JsonPropertyName("comment")] public string? Comment { get; init; }

    /// <summary>True when the instruction made no layer.</summary>
    [JsonPropertyName("empty_layer")] public bool EmptyLayer { get; init; }
}
