using System.Text.Json;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Registries;

/// <content>Indexes, searches, and no registry at all.</content>
public sealed partial class RegistryTests
{
    [EndToEndFact(Ability.Registry, Ability.Skopeo)]
    public async Task An_index_is_put_together_and_everybody_takes_the_image_of_a_platform()
    {
        string own = await image.NameAsync("parts/own:1");
        string foreign = $"{image.Registry.Host}/parts/foreign:1";
        (await Source.RunAsync("push", own)).Succeeded();
        string index = $"{image.Registry.Host}/multi:1";
        // The other platform is the same image under another name; what an image is for is the index's word.
        (await Source.RunAsync("tag", PushedImage.Tag, foreign)).Succeeded();
        (await Source.RunAsync("push", "--annotation", "other=yes", foreign)).Succeeded();
        Assert.Equal($"Created manifest list {index}\n", (await Source.RunAsync("manifest", "create", index, own, foreign)).Succeeded().Output);
        Assert.Contains("--amend", (await Source.RunAsync("manifest", "create", index, own)).ExitedWith(1).Error, StringComparison.Ordinal);
        (await Source.RunAsync("manifest", "annotate", "--arch", "arm", "--variant", "v7", index, foreign)).Succeeded();
        string pushed = (await Source.RunAsync("manifest", "push", "--purge", index)).Succeeded().Output.TrimEnd('\n').Split('\n')[^1];
        Assert.Contains("No such manifest", (await Source.RunAsync("manifest", "push", index)).ExitedWith(1).Error, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse((await Source.RunAsync("manifest", "inspect", index)).Succeeded().Output);
        Assert.Equal(["arm", "own"], document.RootElement.GetProperty("manifests").EnumerateArray().Select(m => m.GetProperty("platform").GetProperty("architecture").GetString() is "arm" ? "arm" : "own").Order(StringComparer.Ordinal));
        string target = Source.PathTo("index-copy");
        (await new Command("skopeo", "--insecure-policy", "--tmpdir", "/var/tmp", "copy", "--all", "--src-tls-verify=false", $"docker://{index}", $"oci:{target}:x").RunAsync()).Succeeded();
        await using Workspace empty = PushedImage.NewWorkspace();
        Assert.Contains($"Digest: {pushed}\n", (await empty.RunAsync("pull", index)).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal("a\n", (await empty.RunAsync("run", "--rm", index)).Succeeded().Output);
        CommandResult none = (await empty.RunAsync("pull", "--platform", "linux/s390x", index)).ExitedWith(66);
        Assert.Contains("there is no image for linux/s390x; there is linux/", none.Error, StringComparison.Ordinal);
    }

    [EndToEndFact(Ability.Registry)]
    public async Task All_tags_of_a_repository_are_pulled_at_once()
    {
        string one = $"{image.Registry.Host}/tags/app:one", two = $"{image.Registry.Host}/tags/app:two";
        await using Workspace own = PushedImage.NewWorkspace();
        (await own.BuildTextAsync("FROM scratch\nCOPY Dockerfile /\n", "-t", one, "-t", two)).Succeeded();
        (await own.RunAsync("push", "-a", $"{image.Registry.Host}/tags/app")).Succeeded();
        await using Workspace empty = PushedImage.NewWorkspace();
        Assert.EndsWith($"\n{image.Registry.Host}/tags/app\n", (await empty.RunAsync("pull", "-a", $"{image.Registry.Host}/tags/app")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(["one", "two"], (await empty.RunAsync("images", "--format", "{{.Tag}}")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Contains("tag can't be used with --all-tags", (await empty.RunAsync("pull", "-a", one)).ExitedWith(1).Error, StringComparison.Ordinal);
    }

    [EndToEndFact(Ability.Registry, Ability.Skopeo)]
    public async Task Images_of_several_platforms_are_pushed_as_one_index_by_a_build_and_afterwards()
    {
        string name = $"{image.Registry.Host}/platforms/app:1";
        const string Dockerfile = "FROM scratch\nARG TARGETARCH\nLABEL arch=$TARGETARCH\nCOPY Dockerfile /\n";
        (await Source.BuildTextAsync(Dockerfile, "--platform", "linux/amd64,linux/arm64", "-t", name, "-o", "type=image,push=true", "--annotation", "index:org.example=yes")).Succeeded();
        string built = (await new Command("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{name}").RunAsync()).Succeeded().Output;
        using JsonDocument index = JsonDocument.Parse(built);
        Assert.Equal("yes", index.RootElement.GetProperty("annotations").GetProperty("org.example").GetString());
        Assert.Equal(["amd64", "arm64"], index.RootElement.GetProperty("manifests").EnumerateArray().Select(m => m.GetProperty("platform").GetProperty("architecture").GetString()));

        string other = $"{image.Registry.Host}/platforms/other:1";
        (await Source.RunAsync("tag", name, other)).Succeeded();
        (await Source.RunAsync("push", "--annotation", "index:org.example=yes", other)).Succeeded();
        Assert.Equal(built, (await new Command("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{other}").RunAsync()).Succeeded().Output);
        (await Source.BuildTextAsync(Dockerfile, "--platform", "linux/amd64,linux/arm64", "-t", other, "--push", "--provenance")).Succeeded();
        string attested = (await new Command("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{other}").RunAsync()).Succeeded().Output;
        Assert.Equal(3, attested.Split("\"attestation-manifest\"").Length);
        (await new Command("skopeo", "--insecure-policy", "--tmpdir", "/var/tmp", "copy", "--all", "--src-tls-verify=false", $"docker://{other}", $"oci:{Source.PathTo("attested-copy")}:x").RunAsync()).Succeeded();
        (await Source.RunAsync("tag", name, other)).Succeeded();
        (await Source.RunAsync("push", "--platform", "linux/arm64", $"{image.Registry.Host}/platforms/other:1")).Succeeded();
        Assert.Contains("\"layers\"", (await new Command("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{other}").RunAsync()).Succeeded().Output, StringComparison.Ordinal);

        await using Workspace empty = PushedImage.NewWorkspace();
        (await empty.BuildTextAsync($"FROM {name}\nCOPY Dockerfile /two\n", "--platform", "linux/amd64,linux/arm64", "-t", "derived")).Succeeded();
        (await empty.RunAsync("--offline", "build", "--platform", "linux/arm64,linux/amd64", "-t", "derived", empty.Context)).Succeeded();
        Assert.Contains("the image is for linux/arm64", (await empty.RunAsync("run", "--rm", "--platform", "linux/arm64", "derived", "/x")).ExitedWith(125).Error, StringComparison.Ordinal);
    }

    [EndToEndFact(Ability.Registry)]
    public async Task Repositories_are_found_and_offline_nobody_is_asked()
    {
        string name = await image.NameAsync("found/here:1");
        (await Source.RunAsync("push", "-q", name)).Succeeded();
        Assert.Equal($"{image.Registry.Host}/found/here\n", (await Source.RunAsync("search", "--format", "{{.Name}}", $"{image.Registry.Host}/OUND/he")).Succeeded().Output);
        await using Workspace empty = PushedImage.NewWorkspace();
        Assert.Contains("--offline forbids", (await empty.RunAsync("--offline", "pull", name)).ExitedWith(69).Error, StringComparison.Ordinal);
        (await empty.RunAsync("pull", "-q", name)).Succeeded();
        empty.Environment["BUILDER_OFFLINE"] = "1";
        (await empty.BuildTextAsync($"FROM {name}\nCOPY Dockerfile /x\n")).Succeeded();
        CommandResult missing = (await empty.BuildTextAsync($"FROM {image.Registry.Host}/found/nothing\n")).ExitedWith(1);
        Assert.Contains("is not in the local store for linux/", missing.Error, StringComparison.Ordinal);
        CommandResult source = (await empty.BuildTextAsync($"FROM {name}\nADD http://{image.Registry.Host}/v2/ /x\n")).ExitedWith(1);
        Assert.Contains("--offline forbids", source.Error, StringComparison.Ordinal);
    }
}
