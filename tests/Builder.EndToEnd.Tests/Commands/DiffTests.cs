using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Commands;

/// <summary>What differs between images, and what containers changed.</summary>
public sealed class DiffTests
{
    [EndToEndFact]
    public async Task Images_are_compared_by_what_they_mean()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync("FROM busybox\nRUN mkdir /d && echo 1 > /d/same && echo 2 > /d/other && echo 3 > /gone && ln -s a /link\nENV A=1 B=2\nCMD [\"x\"]\n", "-t", "one")).Succeeded();
        (await workspace.BuildTextAsync(
            "FROM busybox\nRUN mkdir /d && echo 9 > /d/other\nRUN echo 1 > /d/same && ln -s b /link && echo > /new && chmod 700 /d\nENV B=2 A=3\nLABEL l=v\nCMD [\"x\"]\n", "-t", "two")).Succeeded();
        Assert.Equal(
            "config Env A: \"1\" -> \"3\"\nconfig Labels l: unset -> \"v\"\nC /d  (mode 0755 -> 0700)\nC /d/other  (content)\nD /gone\nC /link  (target a -> b)\nA /new\n",
            (await workspace.RunAsync("diff", "one", "two")).ExitedWith(1).Output);
        Assert.Equal("", (await workspace.RunAsync("diff", "one", "one")).Succeeded().Output);
        (await workspace.BuildTextAsync(
            "FROM busybox\nRUN mkdir /d && echo 2 > /d/other\nRUN echo 1 > /d/same\nRUN ln -s a /link && echo 3 > /gone\nENV A=1\nENV B=2\nCMD [\"x\"]\n", "-t", "same")).Succeeded();
        Assert.Equal("", (await workspace.RunAsync("diff", "one", "same")).Succeeded().Output);
        Assert.Contains("{\"Kind\":\"D\",\"Path\":\"/gone\",\"What\":[]}\n", (await workspace.RunAsync("diff", "--format", "json", "one", "two")).ExitedWith(1).Output, StringComparison.Ordinal);
        (await workspace.RunAsync("diff", "one", "none")).ExitedWith(2);
    }

    [EndToEndFact]
    public async Task What_a_container_changed_is_shown_and_exported()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.RunAsync("run", "--name", "changed", "busybox", "sh", "-c", "echo new > /etc/new && rm /bin/busybox")).Succeeded();
        Assert.Equal("C /bin\nD /bin/busybox\nC /etc\nA /etc/new\n", (await workspace.RunAsync("diff", "changed")).Succeeded().Output);
        FileTree tree = FileTree.Read((await workspace.RunAsync("export", "changed")).Succeeded().OutputBytes);
        Assert.Equal(4, tree["etc/new"].Size);
        Assert.DoesNotContain("bin/busybox", tree.Entries.Keys);
        (await workspace.RunAsync("container", "export", "-o", "c.tar", "changed")).Succeeded();
        using var server = new SourceServer(workspace.PathTo("served"));
        File.Move(Path.Combine(workspace.Context, "c.tar"), server.PathTo("c.tar"));
        (await workspace.RunAsync("import", "-c", "LABEL from=url", $"{server.Address}/c.tar", "back:1")).Succeeded();
        Assert.Equal("config Labels from: unset -> \"url\"\nD /bin/busybox\nA /etc/new\n", (await workspace.RunAsync("diff", "busybox", "back:1")).ExitedWith(1).Output);
    }
}
