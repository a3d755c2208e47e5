using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Builder.Oci.Collections;

namespace Builder.Oci.Images;

/// <summary>What a container of an image starts with: the <c>config</c> object, Docker's extensions included.</summary>
public sealed record ContainerConfig
{
    [JsonPropertyName("User")] public string? User { get; init; }

    /// <summary><c>port/proto</c>.</summary>
    [JsonPropertyName("ExposedPorts")] public ImmutableSortedSet<string>? ExposedPorts { get; init; }

    /// <summary><c>NAME=value</c>, in order.</summary>
    [JsonPropertyName("Env")] public EquatableArray<string>? Env { get; init; }

    /// <summary>Null when unset.</summary>
    [JsonPropertyName("Entrypoint")] public EquatableArray<string>? Entrypoint { get; init; }

    /// <summary>Null when unset.</summary>
    [JsonPropertyName("Cmd")] public EquatableArray<string>? Cmd { get; init; }

    [JsonPropertyName("Volumes")] public ImmutableSortedSet<string>? Volumes { get; init; }

    [JsonPropertyName("WorkingDir")] public string? WorkingDir { get; init; }

    [JsonPropertyName("Labels")] public ImmutableSortedDictionary<string, string>? Labels { get; init; }

    [JsonPropertyName("StopSignal")] public string? StopSignal { get; init; }

    /// <summary>Deprecated; BuildKit still sets it with CMD in shell form.</summary>
    [JsonPropertyName("ArgsEscaped")] public bool ArgsEscaped { get; init; }

    [JsonPropertyName("Healthcheck")] public Healthcheck? Healthcheck { get; init; }

    [JsonPropertyName("OnBuild")] public EquatableArray<string>? OnBuild { get; init; }

    /// <summary>Null when unset: <c>/bin/sh -c</c>.</summary>
    [JsonPropertyName("Shell")] public EquatableArray<string>? Shell { get; init; }

    /// <summary>Fields this version doesn't know. Settable only because System.Text.Json fills it after construction.</summary>
    [JsonExtensionData] public Dictionary<string, JsonElement>? Unknown { get; set; }
}
