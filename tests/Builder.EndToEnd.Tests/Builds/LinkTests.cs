using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>COPY --link: a layer of its own, merged on top of whatever is below.</summary>
public sealed class LinkTests
{
    private const string Dockerfile =
        """
        ARG BASE=one
        FROM busybox AS one
        RUN mkdir -p /real /kept && chmod 700 /kept && echo below > /kept/below && ln -s real /way
        FROM one AS two
        RUN echo other > /other
        FROM ${BASE}
        COPY --link files/a /way/
        COPY --link files/ /kept/
        RUN cat /way/a /kept/below /kept/a
        """;

    [EndToEndFact]
    public async Task A_linked_copy_follows_no_link_of_the_destination_and_merges_with_what_is_there()
    {
        await using Workspace workspace = await ContextAsync();
        string tar = workspace.PathTo("tree.tar");
        (await workspace.BuildAsync("-o", $"type=tar,dest={tar}")).Succeeded();
        FileTree tree = FileTree.Read(tar);
        Assert.Equal("directory", tree["way"].Type);
        Assert.Contains("way/a", tree.Entries.Keys);
        Assert.DoesNotContain("real/a", tree.Entries.Keys);
        Assert.Equal(0x1ED, tree["kept"].Mode); // the layer's own directory is in force
        Assert.Contains("kept/below", tree.Entries.Keys);
        Assert.Contains("kept/a", tree.Entries.Keys);
    }

    [EndToEndFact]
    public async Task On_another_base_the_same_layer_is_used_and_nothing_is_copied_again()
    {
        await using Workspace workspace = await ContextAsync();
        (await workspace.BuildAsync("-t", "first")).Succeeded();
        CommandResult second = (await workspace.BuildAsync("-t", "second", "--build-arg", "BASE=two", "--progress", "plain")).Succeeded();
        string[] copies = [.. second.Error.Split('\n').Where(line => line.Contains(" COPY --link", StringComparison.Ordinal) && !line.Contains("merging", StringComparison.Ordinal))];
        Assert.NotEmpty(copies);
        foreach (string number in copies.Select(line => line.Split(' ')[0]).Distinct()) Assert.Contains($"{number} CACHED", second.Error, StringComparison.Ordinal);
        string[] first = await LayersAsync(workspace, "first"), other = await LayersAsync(workspace, "second");
        Assert.Equal(first[^3..^1], other[^3..^1]);
        Assert.NotEqual(first.Length, other.Length);
    }

    [EndToEndFact]
    public async Task A_linked_copy_is_one_layer_and_one_entry_of_the_history()
    {
        await using Workspace workspace = await ContextAsync();
        (await workspace.BuildTextAsync("FROM busybox\nCOPY --link files/a /x/\nCOPY files/a /y/\n", "-t", "linked")).Succeeded();
        string[] steps = (await workspace.RunAsync("history", "--no-trunc", "--format", "{{.CreatedBy}}", "linked")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["COPY files/a /y/ # buildkit", "COPY files/a /x/ # buildkit"], steps[..2]);
        Assert.Equal((await LayersAsync(workspace, "busybox")).Length + 2, (await LayersAsync(workspace, "linked")).Length);
    }

    [EndToEndFact]
    public async Task A_linked_copy_has_no_names_of_users_to_look_up()
    {
        await using Workspace workspace = await ContextAsync();
        CommandResult result = (await workspace.BuildTextAsync("FROM busybox\nCOPY --link --chown=nobody files/a /x/\n")).ExitedWith(1);
        Assert.Contains("nobody", result.Error, StringComparison.Ordinal);
    }

    private static async Task<string[]> LayersAsync(Workspace workspace, string image) =>
        (await workspace.RunAsync("inspect", "-f", "{{range .RootFS.Layers}}{{.}} {{end}}", image)).Succeeded().Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static Task<Workspace> ContextAsync() => Workspace.CreateAsync(async workspace =>
    {
        await workspace.ImportBusyboxAsync();
        workspace.Write("files/a", "a\n");
        workspace.Write("Dockerfile", Dockerfile);
    });
}
