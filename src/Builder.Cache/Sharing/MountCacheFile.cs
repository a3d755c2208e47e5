using System.Text.Json.Serialization;

namespace Builder.Cache.Sharing;

/// <summary>The list of shared cache mounts.</summary>
internal sealed record MountCacheFile
{
    [JsonPropertyName("mounts")] public MountCacheEntry?[]? Mounts { get; init; }
}

/// <summary>A cache mount: what its user calls it, and which layer of the manifest holds its files.</summary>
internal sealed record MountCacheEntry
{
    [JsonPropertyName("id")] public string? Id { get; init; }

    [JsonPropertyName("blob")] public string? Blob { get; init; }
}
