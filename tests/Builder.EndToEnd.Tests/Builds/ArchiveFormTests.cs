using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Every form in which images are written, read by the programs that know it.</summary>
[Collection(DockerTests.Name)]
public sealed class ArchiveFormTests(PrivateDocker docker)
{
    private const string Dockerfile = "FROM scratch\nCOPY a.txt /dir/\nCMD [\"/none\"]\n";

    // umoci knows no zstd layers; podman's test loads them.
    [EndToEndTheory(Ability.Umoci, Ability.Skopeo)]
    [InlineData("oci", "gzip")]
    [InlineData("oci", "uncompressed")]
    [InlineData("docker", "uncompressed")]
    public async Task Umoci_unpacks_and_skopeo_inspects_a_layout_with_gzip_and_with_plain_layers(string type, string compression)
    {
        await using Workspace workspace = Prepared();
        (string archive, string layout) = (workspace.PathTo("image.tar"), workspace.PathTo("layout"));
        (await workspace.BuildTextAsync(Dockerfile, "-t", "app:1", "-o", $"type={type},compression={compression},dest={archive}")).Succeeded();
        Directory.CreateDirectory(layout);
        (await new Command("tar", "-xf", archive, "-C", layout).RunAsync()).Succeeded();
        string raw = (await new Command("skopeo", "inspect", "--raw", $"oci:{layout}:1").RunAsync()).Succeeded().Output;
        Assert.Contains($"application/vnd.oci.image.layer.v1.tar{(compression == "gzip" ? "+gzip" : "")}\"", raw, StringComparison.Ordinal);
        Assert.Equal("1\n", (await new Command("umoci", "list", "--layout", layout).RunAsync()).Succeeded().Output);
        string[] rootless = Environment.IsPrivilegedProcess ? [] : ["--rootless"];
        (await new Command("umoci", ["unpack", .. rootless, "--image", $"{layout}:1", layout + "/bundle"]).RunAsync()).Succeeded();
        Assert.Equal("a\n", await File.ReadAllTextAsync(layout + "/bundle/rootfs/dir/a.txt"));
    }

    [EndToEndFact(Ability.Docker, Ability.Podman, Ability.Skopeo)]
    public async Task Docker_podman_and_skopeo_find_every_image_of_a_save_under_every_name()
    {
        await using Workspace workspace = Prepared();
        string archive = workspace.PathTo("saved.tar");
        (await workspace.BuildTextAsync(Dockerfile, "-t", "first:a", "-t", "first:b")).Succeeded();
        (await workspace.BuildTextAsync(Dockerfile + "LABEL second=yes\n", "-t", "second:c")).Succeeded();
        (await workspace.RunAsync("save", "-o", archive, "first:a", "first:b", "second:c")).Succeeded();

        string[] names = ["first:a", "first:b", "second:c"];
        string ids = string.Concat(await Task.WhenAll(names.Select(async name => (await workspace.RunAsync("images", "-q", "--no-trunc", name)).Succeeded().Output)));
        string loaded = (await docker.RunAsync("load", "-i", archive)).Succeeded().Output;
        foreach (string name in names) Assert.Contains($"Loaded image: {name}\n", loaded, StringComparison.Ordinal);
        Assert.Equal(ids, (await docker.RunAsync(["image", "inspect", "-f", "{{.Id}}", .. names])).Succeeded().Output);

        string[] store = ["--root", workspace.PathTo("podman/root"), "--runroot", workspace.PathTo("podman/run"), "--storage-driver", "vfs"];
        (await new Command("podman", [.. store, "load", "-i", archive]).RunAsync()).Succeeded();
        Assert.Equal(ids.Replace("sha256:", "", StringComparison.Ordinal), (await new Command("podman", [.. store, "image", "inspect", "-f", "{{.Id}}", .. names]).RunAsync()).Succeeded().Output);
        foreach (string name in names) (await new Command("skopeo", "inspect", "--config", $"docker-archive:{archive}:{name}").RunAsync()).Succeeded();
    }

    private static Workspace Prepared()
    {
        Workspace workspace = new();
        workspace.Write("a.txt", "a\n");
        return workspace;
    }
}
