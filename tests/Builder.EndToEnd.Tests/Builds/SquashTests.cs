using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>--squash: one layer in place of those the build made, without a loss of the cache or of the base.</summary>
public sealed class SquashTests
{
    private const string Dockerfile =
        """
        FROM base
        RUN echo secret > /tmp/key && echo 1 > /kept
        RUN rm /tmp/key /below && echo 2 > /kept
        ENV A=b
        COPY a /copied/
        """;

    [EndToEndFact]
    public async Task The_base_stays_the_tree_is_the_same_and_the_next_build_finds_everything()
    {
        await using Workspace workspace = await ContextAsync();
        (await workspace.BuildAsync("-t", "plain")).Succeeded();
        (await workspace.BuildAsync("-t", "squashed", "--squash=new", "--expect-cached")).Succeeded();
        string[] plain = await LayersAsync(workspace, "plain"), squashed = await LayersAsync(workspace, "squashed"), below = await LayersAsync(workspace, "base");
        Assert.Equal(below.Length + 3, plain.Length);
        Assert.Equal(below.Length + 1, squashed.Length);
        Assert.Equal(below, squashed[..below.Length]);
        Assert.Equal("secret: no\n2\na\n", await LookAsync(workspace, "squashed"));

        // The history tells what was done; only its last entry has a layer.
        string[] sizes = (await workspace.RunAsync("history", "--no-trunc", "--format", "{{.Size}} {{.Comment}}", "squashed")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith("merge of 3 layers", sizes[0], StringComparison.Ordinal);
        Assert.All(sizes[1..5], size => Assert.StartsWith("0B", size, StringComparison.Ordinal));

        string archive = workspace.PathTo("image.tar");
        (await workspace.RunAsync("save", "-o", archive, "squashed")).Succeeded();
        Assert.DoesNotContain("secret\n", await File.ReadAllTextAsync(archive, System.Text.Encoding.Latin1), StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task All_of_an_image_can_be_one_layer()
    {
        await using Workspace workspace = await ContextAsync();
        (await workspace.BuildAsync("-t", "one", "--squash=all")).Succeeded();
        Assert.Single(await LayersAsync(workspace, "one"));
        Assert.Equal("secret: no\n2\na\n", await LookAsync(workspace, "one"));
        CommandResult refused = (await workspace.BuildAsync("--squash", "--cache-to", "type=inline")).ExitedWith(125);
        Assert.Contains("--squash and --cache-to type=inline exclude each other", refused.Error, StringComparison.Ordinal);
    }

    private static async Task<string> LookAsync(Workspace workspace, string image) => (await workspace.RunAsync(
        "run", "--rm", image, "sh", "-c", "test -e /tmp/key -o -e /below || echo secret: no; cat /kept /copied/a")).Succeeded().Output;

    private static async Task<string[]> LayersAsync(Workspace workspace, string image) =>
        (await workspace.RunAsync("inspect", "-f", "{{range .RootFS.Layers}}{{.}} {{end}}", image)).Succeeded().Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static Task<Workspace> ContextAsync() => Workspace.CreateAsync(async workspace =>
    {
        await workspace.ImportBusyboxAsync();
        workspace.Write("a", "a\n");
        (await workspace.BuildTextAsync("FROM busybox\nRUN mkdir -p /tmp && echo 1 > /below\n", "-t", "base")).Succeeded();
        workspace.Write("Dockerfile", Dockerfile);
    });
}
