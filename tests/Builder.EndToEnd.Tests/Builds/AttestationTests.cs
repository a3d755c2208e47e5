using System.Text.Json.Nodes;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>What is claimed of images.</summary>
public sealed class AttestationTests
{
    private const string Status = "Package: adduser\nStatus: install ok installed\nArchitecture: all\nVersion: 3.134\n";

    [EndToEndFact]
    public async Task An_sbom_and_provenance_go_beside_the_image_and_tell_no_secret()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Environment["SOURCE_DATE_EPOCH"] = "1700000000";
        workspace.Write("secret", "wombat-7391\n");
        workspace.Write("status", Status);
        workspace.Write("Dockerfile", "FROM busybox\nARG COLOR\nRUN --mount=type=secret,id=s test -f /run/secrets/s\nCOPY status /var/lib/dpkg/status\n");
        string[] arguments =
        [
            "--sbom", "--provenance=mode=max", "--secret", "id=s,src=" + Path.Combine(workspace.Context, "secret"), "--build-arg", "COLOR=blue", "--build-arg", "API_TOKEN=abc-token", "--build-arg", "OTHER=wombat-7391",
            "-t", "app:1", "-o", $"type=oci,rewrite-timestamp=true,dest={workspace.PathTo("a.tar")}",
        ];
        (await workspace.BuildAsync([.. arguments, "-o", workspace.PathTo("out")])).Succeeded();
        JsonNode sbom = Read(workspace.PathTo("out/sbom.spdx.json"));
        Assert.Equal("https://spdx.dev/Document", (string?)sbom["predicateType"]);
        Assert.Contains("pkg:deb/linux/adduser@3.134?arch=all&distro=linux", sbom["predicate"]!.ToJsonString().Replace("\\u0026", "&", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("var/lib/dpkg/status", sbom["subject"]!.AsArray().Select(subject => (string?)subject!["name"]));
        string provenance = Read(workspace.PathTo("out/provenance.json"))["predicate"]!.ToJsonString();
        Assert.Contains("\"build-arg:COLOR\":\"blue\"", provenance, StringComparison.Ordinal);
        Assert.Contains("pkg:docker/busybox@latest", provenance, StringComparison.Ordinal);
        Assert.DoesNotContain("wombat", provenance, StringComparison.Ordinal);
        Assert.DoesNotContain("abc-token", provenance, StringComparison.Ordinal);

        byte[] first = await File.ReadAllBytesAsync(workspace.PathTo("a.tar"));
        File.Delete(workspace.PathTo("a.tar"));
        (await workspace.BuildAsync([.. arguments, "--no-cache"])).Succeeded();
        Assert.Equal(first, await File.ReadAllBytesAsync(workspace.PathTo("a.tar")));
        Assert.Equal("Loaded image: app:1\n", (await workspace.RunAsync("load", "-i", workspace.PathTo("a.tar"))).Succeeded().Output);
        Assert.Contains("manifest lists", (await workspace.BuildAsync("--sbom", "--secret", "id=s,src=" + Path.Combine(workspace.Context, "secret"), "-o", "type=docker,dest=" + workspace.PathTo("b.tar"))).ExitedWith(125).Error, StringComparison.Ordinal);
    }

    private static JsonNode Read(string path) => JsonNode.Parse(File.ReadAllText(path))!;
}
