using System.Text.Json.Serialization;
using Builder.Oci.Collections;

namespace Builder.Oci.Images;

/// <summary>Docker's health check extension; durations in nanoseconds, 0 = inherit.</summary>
public sealed record Healthcheck
{
    /// <summary><c>NONE</c>; <c>CMD</c> and words; or <c>CMD-SHELL</c> and one text.</summary>
    [JsonPropertyName("Test")] public EquatableArray<string> Test { get; init; }

    [JsonPropertyName("Interval")] public long Interval { get; init; }

    [JsonPropertyName("Timeout")] public long Timeout { get; init; }

    [JsonPropertyName("StartPeriod")] public long StartPeriod { get; init; }

    [JsonPropertyName("StartInterval")] public long StartInterval { get; init; }

    [JsonPropertyName("Retries")] public int Retries { get; init; }
}
