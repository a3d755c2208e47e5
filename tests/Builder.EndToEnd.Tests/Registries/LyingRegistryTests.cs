using Builder.EndToEnd.Tests.Builds;
using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Robustness;

namespace Builder.EndToEnd.Tests.Registries;

/// <summary>What becomes of the store when a registry lies.</summary>
[Collection(MeasuredTests.Name)]
public sealed class LyingRegistryTests
{
    [EndToEndFact]
    public async Task Whatever_a_registry_lies_about_is_an_error_of_its_own_code_and_leaves_nothing()
    {
        using var registry = new LyingRegistry();
        await using HostileGround ground = new(PushedImage.NewWorkspace());
        Workspace workspace = ground.Workspace;
        registry.Aim(ground.Canary, ground.ClimbingCanary);
        foreach ((string lie, string message) in new[]
        {
            ("wrong-digest", "has the digest sha256:"),
            ("wrong-size", "longer than the"),
            ("endless-body", "longer than the"),
            ("redirect-loop", "more than 10 redirects"),
            ("redirect-to-file", "is not asked: only HTTPS is"),
            ("truncated-gzip", "damaged or truncated"),
            ("other-content", "where the image's config says"),
            ("huge-manifest", "the manifest is larger than 4194304 bytes"),
            ("deep-manifest", "the image manifest is malformed"),
            ("negative-size", "gives sha256:"),
            ("huge-config", "the image config is larger than 4194304 bytes"),
            ("more-layers", "its manifest has 2 layers, its config 1"),
        })
        {
            CommandResult pull = (await ground.RunAsync("pull", $"{registry.Host}/{lie}")).ExitedWith(76);
            Assert.True(pull.Error.Contains(message, StringComparison.Ordinal), $"{lie}: {pull}");
            Assert.Empty(FilesBelow(workspace, "blobs", "tmp", "images", "names"));
        }

        (await ground.RunAsync("pull", $"{registry.Host}/no-lie")).Succeeded();
        Assert.NotEmpty(FilesBelow(workspace, "blobs"));
    }

    [EndToEndFact]
    public async Task What_a_registry_truly_has_is_still_hostile_when_it_is_unpacked()
    {
        using var registry = new LyingRegistry();
        await using HostileGround ground = new(PushedImage.NewWorkspace());
        registry.Aim(ground.Canary, ground.ClimbingCanary);
        foreach ((string image, string? refusal) in new[]
        {
            ("escape", null),
            ("bomb", "more than 64 MiB come behind the end of its archive"),
            ("sparse", "the holes of sparse files are more than 64 GiB"),
        })
        {
            ground.Workspace.Write("Dockerfile", $"FROM {registry.Host}/{image}\nCOPY Dockerfile /l/kept\nWORKDIR /l/sub\n");
            CommandResult build = await ground.RunAsync("build", "--progress", "plain", ground.Workspace.Context);
            if (refusal is null) build.Succeeded();
            else Assert.Contains(refusal, build.ExitedWith(1).Error, StringComparison.Ordinal);
        }
    }

    private static string[] FilesBelow(Workspace workspace, params string[] directories) =>
        [.. directories.Select(name => Path.Combine(workspace.Store, name)).Where(Directory.Exists).SelectMany(path => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))];
}
