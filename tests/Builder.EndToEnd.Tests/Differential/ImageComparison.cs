using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Compares all of two images but what says when and by whom they were made.</summary>
internal sealed class ImageComparison
{
    /// <summary>Times before this were written by a case or come from the base; later ones are the time of the build.</summary>
    private static readonly DateTimeOffset Recent = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The time of the build, the version of the engine, and what holds the compared history and layers.</summary>
    private static readonly string[] UncomparedFields = ["created", "history", "rootfs", "config", "container", "container_config", "docker_version", "moby.buildkit.buildinfo.v1"];

    /// <summary>What Docker's store writes into every config though no instruction asks for it: names of a container that there is none of, and defaults.</summary>
    private static readonly string[] UncomparedConfigFields = ["Hostname", "Domainname", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Image"];

    private readonly List<string> _lines = [];
    private readonly HashSet<string> _explained = new(StringComparer.Ordinal);

    private ImageComparison()
    {
    }

    public static ImageDifferences Compare(BuiltImage ours, BuiltImage docker, bool hasHistories)
    {
        ImageComparison comparison = new();
        comparison.CompareTrees(ours, docker);
        comparison.CompareFields("config.", ours.Config["config"] as JsonObject, docker.Config["config"] as JsonObject, UncomparedConfigFields);
        comparison.CompareFields("", ours.Config as JsonObject, docker.Config as JsonObject, UncomparedFields);
        if (hasHistories)
            comparison.CompareHistories(History(ours.Config), History(docker.Config));
        comparison.CompareTexts("layers", Layers(ours.Config), Layers(docker.Config));
        return new ImageDifferences([.. comparison._lines], comparison._explained.ToImmutableSortedSet(StringComparer.Ordinal));
    }

    private void CompareTrees(BuiltImage ours, BuiltImage docker)
    {
        foreach (string path in ours.Tree.Keys.Union(docker.Tree.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            // Whether a layer mentions the root itself is of no consequence.
            if (path.Length == 0)
                continue;
            TreeEntry? left = ours.Tree.GetValueOrDefault(path), right = docker.Tree.GetValueOrDefault(path);
            if (KnownDifferences.IsDirectoryTime(left, right, Recent))
                _explained.Add(KnownDifferences.DirectoryTime);
            else if (KnownDifferences.IsUnreadable(left, right, Environment.IsPrivilegedProcess))
                _explained.Add(KnownDifferences.Unreadable);
            else
                CompareTexts("/" + path, Describe(left), Describe(right));
        }
    }

    private static string? Describe(TreeEntry? entry)
    {
        if (entry is null)
            return null;
        string modified = entry.Modified < Recent ? entry.Modified.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "now";
        return $"{entry.Describe()} time {modified}";
    }

    private void CompareFields(string prefix, JsonObject? ours, JsonObject? docker, string[] uncompared)
    {
        foreach (string field in Names(ours).Union(Names(docker), StringComparer.Ordinal).Except(uncompared, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            CompareTexts(prefix + field, Text(ours?[field]), Text(docker?[field]));
    }

    private void CompareHistories(string[] ours, string[] docker)
    {
        for (int i = 0; i < Math.Max(ours.Length, docker.Length); i++)
        {
            string? left = ours.ElementAtOrDefault(i), right = docker.ElementAtOrDefault(i);
            if (KnownDifferences.IsWorkdirSlash("history", left ?? "", right ?? ""))
                _explained.Add(KnownDifferences.WorkdirSlash);
            else
                CompareTexts($"history[{i}]", left, right);
        }
    }

    private void CompareTexts(string what, string? ours, string? docker)
    {
        if (ours == docker)
            return;
        if (KnownDifferences.IsWorkdirSlash(what, ours ?? "", docker ?? ""))
            _explained.Add(KnownDifferences.WorkdirSlash);
        else
            _lines.Add($"{what}\n    ours:   {ours ?? "(not there)"}\n    docker: {docker ?? "(not there)"}");
    }

    private static string[] History(JsonNode config) =>
    [
        .. config["history"]?.AsArray().Select(entry =>
            $"{entry!["created_by"]} [layer: {entry["empty_layer"]?.GetValue<bool>() is not true}; {entry["comment"]}; {entry["author"]}]") ?? [],
    ];

    private static string Layers(JsonNode config) => (config["rootfs"]!["diff_ids"]?.AsArray().Count ?? 0).ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Names(JsonObject? fields) => fields?.Select(field => field.Key) ?? [];

    private static string Text(JsonNode? node) => node switch
    {
        null or JsonArray { Count: 0 } or JsonObject { Count: 0 } => "null",
        JsonValue value when value.GetValueKind() is System.Text.Json.JsonValueKind.String && value.GetValue<string>().Length == 0 => "null",
        _ => Sorted(node)!.ToJsonString(),
    };

    private static JsonNode? Sorted(JsonNode? node) => node is JsonObject map
        ? new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value))))
        : node?.DeepClone();
}
