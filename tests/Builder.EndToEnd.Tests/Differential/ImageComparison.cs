using System.Globalization;
using System.Text.Json.Nodes;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Everything in which two images differ, a line each.</summary>
internal static class ImageComparison
{
    private static readonly string[] ComparedFields =
    [
        "Env", "Cmd", "Entrypoint", "WorkingDir", "User", "Labels", "ExposedPorts", "Volumes", "StopSignal", "Healthcheck", "Shell", "OnBuild", "ArgsEscaped",
    ];

    /// <summary>Times before this were written by a case or come from the base; later ones are the time of the build.</summary>
    private static readonly DateTimeOffset Recent = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<string> Differences(BuiltImage ours, BuiltImage docker) =>
        [.. Trees(ours, docker), .. Configs(ours.Config, docker.Config)];

    private static IEnumerable<string> Trees(BuiltImage ours, BuiltImage docker)
    {
        foreach (string path in ours.Tree.Keys.Union(docker.Tree.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            TreeEntry? left = ours.Tree.GetValueOrDefault(path), right = docker.Tree.GetValueOrDefault(path);
            // Whether a layer mentions the root itself is of no consequence.
            if (path.Length > 0 && Describe(left) != Describe(right) && !KnownDifferences.IsDirectoryTime(left, right, Recent))
                yield return Line("/" + path, Describe(left), Describe(right));
        }
    }

    private static string? Describe(TreeEntry? entry)
    {
        if (entry is null)
            return null;
        string modified = entry.Modified < Recent ? entry.Modified.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "now";
        return $"{entry.Describe()} time {modified}";
    }

    private static IEnumerable<string> Configs(JsonNode ours, JsonNode docker)
    {
        foreach (string field in ComparedFields)
        {
            string left = Text(ours["config"]?[field]), right = Text(docker["config"]?[field]);
            if (left != right && !KnownDifferences.IsWorkdirSlash("config." + field, left, right))
                yield return Line("config." + field, left, right);
        }

        foreach (string field in new[] { "architecture", "os", "author" })
        {
            if (Text(ours[field]) != Text(docker[field]))
                yield return Line(field, Text(ours[field]), Text(docker[field]));
        }

        string[] ourSteps = History(ours), dockerSteps = History(docker);
        for (int i = 0; i < Math.Max(ourSteps.Length, dockerSteps.Length); i++)
        {
            string? left = ourSteps.ElementAtOrDefault(i), right = dockerSteps.ElementAtOrDefault(i);
            if (left != right && !KnownDifferences.IsWorkdirSlash("history", left ?? "", right ?? ""))
                yield return Line($"history[{i}]", left, right);
        }

        int ourLayers = ours["rootfs"]!["diff_ids"]?.AsArray().Count ?? 0, dockerLayers = docker["rootfs"]!["diff_ids"]?.AsArray().Count ?? 0;
        if (ourLayers != dockerLayers)
            yield return Line("layers", ourLayers.ToString(CultureInfo.InvariantCulture), dockerLayers.ToString(CultureInfo.InvariantCulture));
    }

    private static string[] History(JsonNode config) =>
    [
        .. config["history"]?.AsArray().Select(entry =>
            $"{entry!["created_by"]} [layer: {entry["empty_layer"]?.GetValue<bool>() is not true}; {entry["comment"]}; {entry["author"]}]") ?? [],
    ];

    private static string Line(string what, string? ours, string? docker) =>
        $"{what}\n    ours:   {ours ?? "(not there)"}\n    docker: {docker ?? "(not there)"}";

    private static string Text(JsonNode? node) => node is null or JsonArray { Count: 0 } or JsonObject { Count: 0 } ? "null" : Sorted(node)!.ToJsonString();

    private static JsonNode? Sorted(JsonNode? node) => node is JsonObject map
        ? new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value))))
        : node?.DeepClone();
}
