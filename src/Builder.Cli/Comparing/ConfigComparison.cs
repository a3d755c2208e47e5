using System.Text.Json.Nodes;
using Builder.Cache.Images;
using Builder.Cli.Formatting.Templates;
using Builder.Cli.Images;

namespace Builder.Cli.Comparing;

/// <summary>What differs between the configs of two images: all that a container would notice, and nothing of when and how they were built.</summary>
internal static class ConfigComparison
{
    private static readonly string[] Fields = ["Architecture", "Variant", "Os", "Author"];

    /// <summary>The differences by name.</summary>
    public static IReadOnlyList<ConfigDifference> Compare(StoredImage before, StoredImage after)
    {
        JsonObject left = ImageDescription.Of(before, []);
        JsonObject right = ImageDescription.Of(after, []);
        var found = new List<ConfigDifference>();
        foreach (string field in Fields) Add(found, field, left[field], right[field]);
        JsonObject leftConfig = left["Config"]!.AsObject(); // always there
        JsonObject rightConfig = right["Config"]!.AsObject();
        foreach (string field in leftConfig.Select(p => p.Key).Union(rightConfig.Select(p => p.Key), StringComparer.Ordinal))
        {
            switch (field)
            {
                case "Env":
                    AddEach(found, field, Variables(leftConfig[field]), Variables(rightConfig[field]));
                    break;
                case "Labels" or "Volumes" or "ExposedPorts":
                    AddEach(found, field, Map(leftConfig[field]), Map(rightConfig[field]));
                    break;
                default:
                    Add(found, field, leftConfig[field], rightConfig[field]);
                    break;
            }
        }

        return found;
    }

    private static void AddEach(List<ConfigDifference> found, string field, Dictionary<string, string> before, Dictionary<string, string> after)
    {
        foreach (string name in before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            (string? old, string? now) = (before.GetValueOrDefault(name), after.GetValueOrDefault(name));
            if (old != now) found.Add(new ConfigDifference($"{field} {name}", old, now));
        }
    }

    private static void Add(List<ConfigDifference> found, string field, JsonNode? before, JsonNode? after)
    {
        (string? old, string? now) = (Text(before), Text(after));
        if (old != now) found.Add(new ConfigDifference(field, old, now));
    }

    private static string? Text(JsonNode? value) => value is null || TemplateValues.Json(value) is "\"\"" ? null : TemplateValues.Json(value);

    private static Dictionary<string, string> Variables(JsonNode? list)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonNode? entry in list?.AsArray() ?? [])
        {
            (string name, string? value) = CommandLine.KeyValues.Split(entry!.GetValue<string>());
            variables[name] = TemplateValues.Json(value ?? "");
        }

        return variables;
    }

    private static Dictionary<string, string> Map(JsonNode? map) =>
        (map?.AsObject() ?? []).ToDictionary(p => p.Key, p => TemplateValues.Json(p.Value), StringComparer.Ordinal);
}

/// <summary>One value of a config that differs.</summary>
/// <param name="Name">The field, and within lists the name of the entry.</param>
/// <param name="Before">As JSON; null when it isn't set.</param>
/// <param name="After">As JSON; null when it isn't set.</param>
internal sealed record ConfigDifference(string Name, string? Before, string? After);
