using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Registries;

/// <summary>A registry between docker and us.</summary>
[Collection(DockerTests.Name)]
public sealed class DockerRegistryTests(PrivateDocker docker, PushedImage image) : IClassFixture<PushedImage>
{
    [EndToEndFact(Ability.Docker, Ability.Registry)]
    public async Task Docker_pulls_what_we_pushed_and_we_pull_what_docker_pushed()
    {
        foreach (string form in new[] { "oci", "v2s2" })
        {
            string name = await image.NameAsync($"for/docker:{form}");
            string pushed = (await image.Workspace.RunAsync("push", "--format", form, name)).Succeeded().Output;
            string pulled = (await docker.RunAsync("pull", name)).Succeeded().Output;
            string digest = pulled.Split('\n').Single(line => line.StartsWith("Digest: ", StringComparison.Ordinal))["Digest: ".Length..];
            Assert.Contains($"{form}: digest: {digest} size: ", pushed, StringComparison.Ordinal);
            Assert.Equal("a\n", (await docker.RunAsync("run", "--rm", "--network=none", name)).Succeeded().Output);
        }

        string back = $"{image.Registry.Host}/by/docker:1";
        (await docker.RunAsync("tag", $"{image.Registry.Host}/for/docker:v2s2", back)).Succeeded();
        (await docker.RunAsync("push", back)).Succeeded();
        await using Workspace empty = PushedImage.NewWorkspace();
        (await empty.RunAsync("pull", back)).Succeeded();
        Assert.Equal("a\n", (await empty.RunAsync("run", "--rm", back)).Succeeded().Output);
        string id = (await docker.RunAsync("image", "inspect", "-f", "{{.Id}}", back)).Succeeded().Output;
        Assert.Equal(id, (await empty.RunAsync("image", "inspect", "-f", "{{.Id}}", back)).Succeeded().Output);
    }
}
