using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Registries;

/// <summary>What podman takes from us, and we from it.</summary>
public sealed class PodmanTests(PushedImage image) : IClassFixture<PushedImage>
{
    private Workspace Source => image.Workspace;

    [EndToEndFact(Ability.Podman, Ability.Registry)]
    public async Task Podman_loads_every_archive_form()
    {
        string id = await IdAsync(Source, PushedImage.Tag);
        (string Name, string[] Arguments)[] forms =
        [
            ("docker", ["-o", "type=docker,dest="]), ("oci", ["-o", "type=oci,dest="]), ("zstd", ["-o", "type=oci,compression=zstd,dest="]), ("index", ["--provenance", "-o", "type=oci,dest="]),
        ];
        foreach ((string name, string[] arguments) in forms)
        {
            string archive = Source.PathTo(name + ".tar");
            (await Source.BuildTextAsync($"FROM {PushedImage.Tag}\n", ["-t", $"loaded:{name}", .. arguments[..^1], arguments[^1] + archive])).Succeeded();
            Assert.Contains($"docker.io/library/loaded:{name}", (await Podman("load", "-i", archive).RunAsync()).Succeeded().Output, StringComparison.Ordinal);
            Assert.Equal("/a.txt", (await Podman("image", "inspect", "-f", "{{index .Config.Cmd 1}}", $"loaded:{name}").RunAsync()).Succeeded().Output.Trim());
        }

        string saved = await image.ArchiveAsync();
        (await Podman("load", "-i", saved).RunAsync()).Succeeded();
        Assert.Equal(id, "sha256:" + (await Podman("image", "inspect", "-f", "{{.Id}}", PushedImage.Tag).RunAsync()).Succeeded().Output);
    }

    [EndToEndFact(Ability.Podman, Ability.Registry)]
    public async Task Podman_pulls_what_we_pushed_and_we_pull_what_podman_pushed()
    {
        foreach (string[] form in new[] { ["v2s2"], ["oci"], new[] { "oci", "--compression-format", "zstd", "--force-compression" } })
        {
            string name = await image.NameAsync($"for/podman:{string.Concat(form).Replace("-", "", StringComparison.Ordinal)}");
            (await Source.RunAsync(["push", "--format", .. form, name])).Succeeded();
            (await Podman("pull", "-q", "--tls-verify=false", name).RunAsync()).Succeeded();
            Assert.Equal(await IdAsync(Source, name), "sha256:" + (await Podman("image", "inspect", "-f", "{{.Id}}", name).RunAsync()).Succeeded().Output);

            string back = name.Replace("for/podman", "by/podman", StringComparison.Ordinal);
            string[] compression = form.Length > 1 ? ["--compression-format", "zstd"] : [];
            (await Podman(["push", "-q", "--tls-verify=false", "--format", form[0], .. compression, name, back]).RunAsync()).Succeeded();
            await using Workspace empty = PushedImage.NewWorkspace();
            (await empty.RunAsync("pull", "-q", back)).Succeeded();
            Assert.Equal("a\n", (await empty.RunAsync("run", "--rm", back)).Succeeded().Output);
            Assert.Equal(await InspectAsync(Source, "{{json .RootFS}}", name), await InspectAsync(empty, "{{json .RootFS}}", back));
        }
    }

    private Command Podman(params string[] arguments) => new(
        "podman",
        ["--root", Source.PathTo("podman/root"), "--runroot", Source.PathTo("podman/run"), "--storage-driver", "vfs", "--runtime", "runc", "--cgroup-manager", "cgroupfs", .. arguments]);

    private static async Task<string> IdAsync(Workspace workspace, string name) => await InspectAsync(workspace, "{{.Id}}", name);

    private static async Task<string> InspectAsync(Workspace workspace, string format, string name) => (await workspace.RunAsync("inspect", "-f", format, name)).Succeeded().Output;
}
