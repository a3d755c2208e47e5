using System.Text.Json;
using System.Text.Json.Nodes;
using Builder.Cli.Formatting;
using Builder.Cli.Formatting.Templates;

namespace Builder.Cli.Images;

/// <summary>The Go types behind docker's description of an image, as far as templates notice them.</summary>
internal sealed class InspectTypes : TemplateTypes
{
    private static readonly HashSet<string> Maps = new(StringComparer.Ordinal) { "Labels", "Volumes", "ExposedPorts" };
    private static readonly HashSet<string> Lists = new(StringComparer.Ordinal) { "Env", "Cmd", "Entrypoint", "OnBuild", "Shell", "RepoTags", "RepoDigests", "Layers", "Test" };
    private static readonly HashSet<string> Pointers = new(StringComparer.Ordinal) { "Healthcheck", "StopTimeout" };
    private static readonly string[] Durations = ["Interval", "Timeout", "StartPeriod", "StartInterval"];

    // What docker's JSON leaves out when it is empty, too.
    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal) { "Variant", "OsVersion", "Container", "StopSignal", "MacAddress" };

    /// <inheritdoc/>
    public override bool TryMissing(string? parent, JsonNode? holder, string field, out JsonNode? value)
    {
        value = null;
        if (parent is not null && Maps.Contains(parent)) return true;
        if (holder is not JsonObject fields) return false;
        if (Texts.Contains(field)) value = "";
        else if (parent == "Healthcheck" && (Durations.Contains(field) || field == "Retries")) value = 0;
        else if (field == "ID" && fields["Id"] is { } id) value = id.DeepClone();
        else return Maps.Contains(field) || Lists.Contains(field) || Pointers.Contains(field);
        return true;
    }

    /// <inheritdoc/>
    public override string? Print(string field, JsonNode? value) => value switch
    {
        null when Maps.Contains(field) => "map[]",
        null when Lists.Contains(field) => "[]",
        null when Pointers.Contains(field) => "<nil>",
        JsonObject check when field == "Healthcheck" => $"{{{Print("Test", check["Test"]) ?? TemplateValues.Print(check["Test"])} {string.Join(' ', Durations.Select(d => GoDuration.Format(Number(check[d]))))} {Number(check["Retries"])}}}",
        JsonValue number when Durations.Contains(field) => GoDuration.Format(Number(number)),
        JsonValue time when field == "LastTagTime" && Timestamps.Parse(time.ToString()) is { } known => known.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF") + " +0000 UTC",
        _ => null,
    };

    private static long Number(JsonNode? value) => value is JsonValue number && number.GetValueKind() == JsonValueKind.Number ? number.GetValue<long>() : 0;
}
