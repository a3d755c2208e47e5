using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Robustness;

/// <summary>Where overlayfs can't be mounted, copies stand in and give the same result.</summary>
public sealed class SnapshotterTests
{
    [EndToEndFact(Ability.Debian)]
    public async Task Copies_give_the_same_tree_as_overlayfs()
    {
        FileTree[] trees = new FileTree[2];
        int[] layers = new int[2];
        for (int i = 0; i < 2; i++)
        {
            await using Workspace workspace = new();
            workspace.Environment["BUILDER_SNAPSHOTTER"] = i == 0 ? "overlay" : "copy";
            await workspace.ImportDebianAsync();
            workspace.Write("a/file", "file\n");
            string tar = workspace.PathTo("tree.tar");
            (await workspace.BuildTextAsync(
                """
                FROM debian:bookworm AS base
                COPY a /a
                RUN ln /a/file /a/second && chown 12:34 /a/second && chmod 4711 /bin/true
                RUN rm -rf /usr/share/doc && mkdir /usr/share/doc && echo new > /usr/share/doc/new && rm /etc/issue.net
                RUN rm -rf /etc/skel && ln -s /a /etc/skel && mkfifo /pipe && truncate -s 1M /holes && touch /etc/passwd
                FROM debian:bookworm
                COPY --from=base /a /a2
                COPY --from=base /bin/true /usr/share/doc/ /opt/
                RUN rm /a2/file && echo again > /a2/file
                """,
                "-t", "both", "--load", "-o", $"type=tar,dest={tar}")).Succeeded();
            trees[i] = FileTree.Read(tar);
            string diffIds = (await workspace.RunAsync("inspect", "-f", "{{json .RootFS.Layers}}", "both")).Succeeded().Output;
            layers[i] = diffIds.Split("sha256:").Length - 1;
        }

        Assert.Equal(trees[0].Entries.Keys, trees[1].Entries.Keys);
        foreach ((string path, TreeEntry entry) in trees[0].Entries)
            Assert.Equal((path, entry.Describe()), (path, trees[1][path].Describe()));
        Assert.Equal(layers[0], layers[1]);
    }
}
