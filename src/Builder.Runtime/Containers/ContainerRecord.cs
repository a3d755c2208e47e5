using System.Text.Json.Serialization;

namespace Builder.Runtime.Containers;

/// <summary>What is known of a container; kept as a file.</summary>
public sealed record ContainerRecord
{
    /// <summary>64 hexadecimal digits.</summary>
    [JsonPropertyName("id")] public required string Id { get; init; }

    /// <summary>Unique among the containers of a store.</summary>
    [JsonPropertyName("name")] public required string Name { get; init; }

    /// <summary>Digest of the image's config.</summary>
    [JsonPropertyName("imageId")] public required string ImageId { get; init; }

    /// <summary>How the image was named when the container was made.</summary>
    [JsonPropertyName("image")] public required string Image { get; init; }

    /// <summary>The argv.</summary>
    [JsonPropertyName("command")] public IReadOnlyList<string> Command { get; init; } = [];

    [JsonPropertyName("labels")] public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    [JsonPropertyName("createdAt")] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null until it has ended.</summary>
    [JsonPropertyName("finishedAt")] public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Null until it has ended.</summary>
    [JsonPropertyName("exitCode")] public int? ExitCode { get; init; }

    /// <summary>Removed when it ends.</summary>
    [JsonPropertyName("autoRemove")] public bool AutoRemove { get; init; }
}

/// <summary>Reads and writes <see cref="ContainerRecord"/> without reflection.</summary>
[JsonSerializable(typeof(ContainerRecord))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class ContainerJsonContext : JsonSerializerContext;
