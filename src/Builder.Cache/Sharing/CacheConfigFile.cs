using System.Text.Json.Serialization;

namespace Builder.Cache.Sharing;

/// <summary>BuildKit's cache config, version 0: layers that stand on each other, and records that lead to them.</summary>
internal sealed record CacheConfigFile
{
    [JsonPropertyName("layers")] public CacheLayerFile?[]? Layers { get; init; }

    [JsonPropertyName("records")] public CacheRecordFile?[]? Records { get; init; }
}

/// <summary>A layer.</summary>
internal sealed record CacheLayerFile
{
    [JsonPropertyName("blob")] public string? Blob { get; init; }

    /// <summary>Index of the layer below; -1 for none.</summary>
    [JsonPropertyName("parent")] public int Parent { get; init; }

    [JsonPropertyName("annotations")] public CacheLayerAnnotations? Annotations { get; init; }
}

/// <summary>What is known of a layer besides.</summary>
internal sealed record CacheLayerAnnotations
{
    [JsonPropertyName("mediaType")] public string? MediaType { get; init; }

    [JsonPropertyName("diffID")] public string? DiffId { get; init; }

    [JsonPropertyName("size")] public long Size { get; init; }

    [JsonPropertyName("createdAt")] public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>A key and its results; one without results leads to another record by its only input.</summary>
internal sealed record CacheRecordFile
{
    [JsonPropertyName("layers")] public CacheResultFile?[]? Results { get; init; }

    [JsonPropertyName("digest")] public string? Digest { get; init; }

    [JsonPropertyName("inputs")] public CacheInputFile?[]?[]? Inputs { get; init; }
}

/// <summary>A result: a layer and all below it.</summary>
internal sealed record CacheResultFile
{
    [JsonPropertyName("layer")] public int Layer { get; init; }

    [JsonPropertyName("createdAt")] public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>A way to another record.</summary>
internal sealed record CacheInputFile
{
    [JsonPropertyName("link")] public int Link { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CacheConfigFile))]
[JsonSerializable(typeof(CacheRecordFile[]))]
[JsonSerializable(typeof(MountCacheFile))]
internal sealed partial class SharingJsonContext : JsonSerializerContext;
