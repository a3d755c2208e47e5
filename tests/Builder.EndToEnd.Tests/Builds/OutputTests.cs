using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Where results go.</summary>
public sealed class OutputTests
{
    private const string Dockerfile = """
        FROM scratch
        COPY a.txt /dir/a.txt
        COPY --chown=12:34 --chmod=0750 b.txt /dir/sub/
        """;

    [EndToEndFact]
    public async Task A_directory_gets_the_files()
    {
        await using Workspace workspace = Prepared();
        (await workspace.BuildTextAsync(Dockerfile, "-o", "type=local,dest=" + workspace.PathTo("out"))).Succeeded();
        Assert.Equal("a\n", await File.ReadAllTextAsync(workspace.PathTo("out/dir/a.txt")));
        Assert.True(File.Exists(workspace.PathTo("out/dir/sub/b.txt")));
        (await workspace.BuildTextAsync(Dockerfile, "-o", workspace.PathTo("short"))).Succeeded();
        Assert.Equal("a\n", await File.ReadAllTextAsync(workspace.PathTo("short/dir/a.txt")));
    }

    [EndToEndFact]
    public async Task Standard_output_gets_a_tar_archive_and_nothing_else()
    {
        await using Workspace workspace = Prepared();
        CommandResult result = (await workspace.BuildTextAsync(Dockerfile, "-o", "-")).Succeeded();
        FileTree tree = FileTree.Read(result.OutputBytes);
        Assert.Equal((0x1E8, 12L, 34L, 2L), (tree["dir/sub/b.txt"].Mode, tree["dir/sub/b.txt"].Uid, tree["dir/sub/b.txt"].Gid, tree["dir/sub/b.txt"].Size));
        Assert.Equal("directory", tree["dir"].Type);
    }

    [EndToEndFact]
    public async Task A_tar_archive_is_the_same_whenever_it_is_written()
    {
        await using Workspace workspace = Prepared();
        (await workspace.BuildTextAsync(Dockerfile, "-o", "type=tar,dest=" + workspace.PathTo("1.tar"))).Succeeded();
        (await workspace.BuildTextAsync(Dockerfile, "-o", "type=tar,dest=" + workspace.PathTo("2.tar"))).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(workspace.PathTo("1.tar")), await File.ReadAllBytesAsync(workspace.PathTo("2.tar")));
        string listing = (await new Command("tar", "-tf", workspace.PathTo("1.tar")).RunAsync()).Succeeded().Output;
        Assert.Contains("dir/sub/b.txt", listing, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_docker_archive_holds_the_manifest_and_a_layout_with_plain_layers()
    {
        await using Workspace workspace = Prepared();
        string archive = workspace.PathTo("image.tar");
        (await workspace.BuildTextAsync(Dockerfile, "-t", "named:one", "-t", "named:two", "-o", $"type=docker,dest={archive}")).Succeeded();
        FileTree tree = FileTree.Read(archive);
        foreach (string name in new[] { "manifest.json", "index.json", "oci-layout", "blobs/sha256" })
            Assert.Contains(name, tree.Entries.Keys);
        foreach (TreeEntry blob in tree.Entries.Values.Where(e => e.Path.StartsWith("blobs/sha256/", StringComparison.Ordinal)))
            Assert.Equal(blob.Sha256, Path.GetFileName(blob.Path));
        using FileStream stream = File.OpenRead(archive);
        string manifest = FileTree.ReadText(stream, "manifest.json");
        Assert.Matches("\"(docker.io/library/)?named:one\"", manifest);
        Assert.Matches("\"(docker.io/library/)?named:two\"", manifest);
    }

    [EndToEndFact]
    public async Task Without_an_output_the_image_is_in_the_store_and_quiet_prints_its_id_only()
    {
        await using Workspace workspace = Prepared();
        workspace.Write("Dockerfile", Dockerfile);
        CommandResult result = (await workspace.RunAsync("build", "-q", "-t", "kept", "--iidfile", workspace.PathTo("iid"), workspace.Context)).Succeeded();
        Assert.Matches(@"\Asha256:[0-9a-f]{64}\n\z", result.Output);
        Assert.Empty(result.Error);
        Assert.Equal(result.Output.TrimEnd('\n'), await File.ReadAllTextAsync(workspace.PathTo("iid")));
        CommandResult images = (await workspace.RunAsync("images", "-q", "--no-trunc", "kept")).Succeeded();
        Assert.Equal(result.Output, images.Output);
    }

    [EndToEndFact]
    public async Task Two_outputs_of_one_build_are_both_written()
    {
        await using Workspace workspace = Prepared();
        (await workspace.BuildTextAsync(
            Dockerfile, "-o", "type=oci,dest=" + workspace.PathTo("oci.tar"), "-o", "type=tar,dest=" + workspace.PathTo("tree.tar"))).Succeeded();
        Assert.Contains("index.json", FileTree.Read(workspace.PathTo("oci.tar")).Entries.Keys);
        Assert.Contains("dir/a.txt", FileTree.Read(workspace.PathTo("tree.tar")).Entries.Keys);
    }

    private static Workspace Prepared()
    {
        Workspace workspace = new();
        workspace.Write("a.txt", "a\n");
        workspace.Write("b.txt", "b\n");
        return workspace;
    }
}
