using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Registries;

/// <summary>What becomes of the store when a registry lies.</summary>
public sealed class LyingRegistryTests
{
    [EndToEndFact]
    public async Task Whatever_a_registry_lies_about_is_an_error_of_its_own_code_and_leaves_nothing()
    {
        using var registry = new LyingRegistry();
        await using Workspace workspace = PushedImage.NewWorkspace();
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
        })
        {
            CommandResult pull = (await workspace.RunAsync("pull", $"{registry.Host}/{lie}")).ExitedWith(76);
            Assert.True(pull.Error.Contains(message, StringComparison.Ordinal), $"{lie}: {pull}");
            Assert.Empty(FilesBelow(workspace, "blobs", "tmp", "images", "names"));
        }

        (await workspace.RunAsync("pull", $"{registry.Host}/no-lie")).Succeeded();
        Assert.NotEmpty(FilesBelow(workspace, "blobs"));
    }

    private static string[] FilesBelow(Workspace workspace, params string[] directories) =>
        [.. directories.Select(name => Path.Combine(workspace.Store, name)).Where(Directory.Exists).SelectMany(path => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))];
}
