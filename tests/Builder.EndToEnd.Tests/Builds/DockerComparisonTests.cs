using System.Text.Json;
using System.Text.Json.Nodes;
using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>The same Dockerfile on the same base, built by Docker and by us.</summary>
[Collection(DockerTests.Name)]
public sealed class DockerComparisonTests(PrivateDocker docker, ImageBuilds builds)
{
    private const string Theirs = "theirs:features";

    private static readonly string[] ComparedFields =
        ["Env", "Cmd", "Entrypoint", "WorkingDir", "User", "Labels", "ExposedPorts", "Volumes", "StopSignal", "Healthcheck", "OnBuild", "Shell"];

    [EndToEndFact(Ability.Docker, Ability.Debian)]
    public async Task Docker_builds_the_same_tree()
    {
        ImageArchives archives = await builds.GetAsync("file-features");
        await BuildWithDockerAsync(archives);
        FileTree theirs = FileTree.Read(await docker.ExportAsync(Theirs));
        FileTree.Read(archives.Tree).AssertSameAsDocker(theirs, "data", "var/lib/app");
    }

    [EndToEndFact(Ability.Docker, Ability.Debian)]
    public async Task Docker_builds_the_same_config_and_history()
    {
        ImageArchives archives = await builds.GetAsync("file-features");
        await BuildWithDockerAsync(archives);
        JsonNode theirs = ReadConfig((await docker.RunAsync("save", Theirs)).Succeeded().OutputBytes);
        JsonNode ours = ReadConfig(await File.ReadAllBytesAsync(archives.Docker));
        foreach (string field in ComparedFields)
            Assert.Equal((field, Text(theirs["config"]![field])), (field, Text(ours["config"]![field])));
        Assert.Equal(Text(theirs["architecture"]), Text(ours["architecture"]));
        Assert.Equal(theirs["rootfs"]!["diff_ids"]!.AsArray().Count, ours["rootfs"]!["diff_ids"]!.AsArray().Count);
        Assert.Equal(History(theirs), History(ours));
    }

    private async Task BuildWithDockerAsync(ImageArchives archives)
    {
        if ((await docker.RunAsync("image", "inspect", Theirs)).ExitCode == 0)
            return;
        (await docker.RunAsync("import", await BaseImages.DebianAsync(), "debian:bookworm")).Succeeded();
        await docker.BuildAsync(ImageBuilds.ContextOf(archives, "file-features"), Theirs);
    }

    /// <summary>The steps after the base image's: text, and whether a layer was made.</summary>
    private static IEnumerable<string> History(JsonNode config) =>
        config["history"]!.AsArray().Skip(1).Select(entry => $"{entry!["created_by"]} [layer: {entry["empty_layer"]?.GetValue<bool>() is not true}]");

    private static string Text(JsonNode? node) => node is null or JsonArray { Count: 0 } or JsonObject { Count: 0 } ? "null" : Sorted(node)!.ToJsonString();

    private static JsonNode? Sorted(JsonNode? node) => node is JsonObject map
        ? new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value))))
        : node?.DeepClone();

    private static JsonNode ReadConfig(byte[] archive)
    {
        string manifest = FileTree.ReadText(new MemoryStream(archive), "manifest.json");
        using JsonDocument document = JsonDocument.Parse(manifest);
        string path = document.RootElement[0].GetProperty("Config").GetString()!;
        return JsonNode.Parse(FileTree.ReadText(new MemoryStream(archive), path))!;
    }
}
