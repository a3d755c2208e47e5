using System.Text.Json;
using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Commands;

/// <summary>The commands around the local store.</summary>
public sealed class ImageCommandTests
{
    [EndToEndFact]
    public async Task Images_lists_names_as_docker_does()
    {
        await using Workspace workspace = await SmallImageAsync("small:one");
        (await workspace.RunAsync("tag", "small:one", "registry.example:5000/team/small")).Succeeded();
        string[] lines = (await workspace.RunAsync("images")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"\AREPOSITORY\s+TAG\s+IMAGE ID\s+CREATED\s+SIZE\s*\z", lines[0]);
        Assert.Contains(lines, l => System.Text.RegularExpressions.Regex.IsMatch(
            l, @"\Asmall\s+one\s+[0-9a-f]{12}\s+.*ago\s+\S+B\s*\z", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Contains(lines, l => l.StartsWith("registry.example:5000/team/small", StringComparison.Ordinal) && l.Contains(" latest ", StringComparison.Ordinal));
        Assert.Single((await workspace.RunAsync("images", "-q", "small")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [EndToEndFact]
    public async Task Rmi_takes_away_a_name_and_with_the_last_one_the_image()
    {
        await using Workspace workspace = await SmallImageAsync("small");
        (await workspace.RunAsync("tag", "small", "other")).Succeeded();
        CommandResult first = (await workspace.RunAsync("rmi", "other")).Succeeded();
        Assert.Equal("Untagged: other:latest\n", first.Output);
        CommandResult last = (await workspace.RunAsync("rmi", "small")).Succeeded();
        Assert.Contains("Untagged: small:latest\n", last.Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^Deleted: sha256:[0-9a-f]{64}$", last.Output);
        CommandResult missing = (await workspace.RunAsync("rmi", "small")).ExitedWith(1);
        Assert.Contains("No such image: small:latest", missing.Error, StringComparison.OrdinalIgnoreCase);
    }

    [EndToEndFact]
    public async Task Inspect_prints_json_or_a_part_of_it()
    {
        await using Workspace workspace = await SmallImageAsync("small");
        using JsonDocument document = JsonDocument.Parse((await workspace.RunAsync("inspect", "small")).Succeeded().OutputBytes);
        JsonElement image = document.RootElement[0];
        Assert.StartsWith("sha256:", image.GetProperty("Id").GetString(), StringComparison.Ordinal);
        Assert.Equal("small:latest", image.GetProperty("RepoTags")[0].GetString());
        Assert.Equal("/work", image.GetProperty("Config").GetProperty("WorkingDir").GetString());
        Assert.Equal("layers", image.GetProperty("RootFS").GetProperty("Type").GetString());
        Assert.Equal("/work\n", (await workspace.RunAsync("inspect", "--format", "{{.Config.WorkingDir}}", "small")).Succeeded().Output);
        CommandResult missing = (await workspace.RunAsync("inspect", "nothing-of-the-kind")).ExitedWith(1);
        Assert.Contains("nothing-of-the-kind", missing.Error, StringComparison.Ordinal);
        Assert.Equal("[]", missing.Output.Trim());
    }

    [EndToEndFact]
    public async Task History_names_every_step_newest_first()
    {
        await using Workspace workspace = await SmallImageAsync("small");
        string[] lines = (await workspace.RunAsync("history", "--no-trunc", "small")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"\AIMAGE\s+CREATED\s+CREATED BY\s+SIZE\s+COMMENT\s*\z", lines[0]);
        Assert.Contains("CMD [\"cat\" \"a.txt\"]", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("<missing>", lines[2], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains("COPY a.txt ./ # buildkit", StringComparison.Ordinal));
    }

    [EndToEndFact]
    public async Task Save_and_load_carry_an_image_to_another_store()
    {
        await using Workspace workspace = await SmallImageAsync("small:tagged");
        string archive = workspace.PathTo("saved.tar");
        (await workspace.RunAsync("save", "-o", archive, "small:tagged")).Succeeded();
        CommandResult piped = (await workspace.RunAsync("save", "small:tagged")).Succeeded();
        Assert.Contains("manifest.json", FileTree.Read(piped.OutputBytes).Entries.Keys);
        string id = (await workspace.RunAsync("images", "-q", "--no-trunc", "small:tagged")).Succeeded().Output;

        await using Workspace other = new();
        CommandResult loaded = (await other.RunAsync("load", "-i", archive)).Succeeded();
        Assert.Contains("Loaded image: small:tagged", loaded.Output, StringComparison.Ordinal);
        Assert.Equal(id, (await other.RunAsync("images", "-q", "--no-trunc", "small:tagged")).Succeeded().Output);
        Assert.Equal("a\n", (await other.RunAsync("run", "--rm", "small:tagged")).Succeeded().Output);

        await using Workspace third = new();
        (await third.RunWithInputAsync(piped.OutputBytes, "load")).Succeeded();
        Assert.Equal("a\n", (await third.RunAsync("run", "--rm", "small:tagged")).Succeeded().Output);
    }

    [EndToEndFact(Ability.Skopeo)]
    public async Task Load_reads_what_skopeo_and_gzip_make()
    {
        await using Workspace workspace = await SmallImageAsync("small:tagged");
        string archive = workspace.PathTo("saved.tar");
        (await workspace.RunAsync("save", "-o", archive, "small:tagged")).Succeeded();
        (await new Command("gzip", "-k", archive).RunAsync()).Succeeded();
        (await new Command(
            "skopeo", "--insecure-policy", "--tmpdir", "/var/tmp", "copy", $"docker-archive:{archive}", $"docker-archive:{workspace.PathTo("skopeo.tar")}:by/skopeo:1")
            .RunAsync()).Succeeded();
        await using Workspace other = new();
        (await other.RunAsync("load", "-q", "-i", archive + ".gz")).Succeeded();
        Assert.Equal("a\n", (await other.RunAsync("run", "--rm", "small:tagged")).Succeeded().Output);
        (await other.RunAsync("load", "-i", workspace.PathTo("skopeo.tar"))).Succeeded();
        Assert.Equal("a\n", (await other.RunAsync("run", "--rm", "by/skopeo:1")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task Import_reads_a_file_and_standard_input_and_applies_changes()
    {
        await using Workspace workspace = new();
        byte[] tar = await File.ReadAllBytesAsync(await BaseImages.BusyboxAsync());
        CommandResult imported = (await workspace.RunWithInputAsync(
            tar, "import", "-c", "ENV FROM_CHANGE=yes", "-c", "CMD [\"sh\", \"-c\", \"echo $FROM_CHANGE\"]", "-m", "a message", "-", "imported:1")).Succeeded();
        Assert.Matches(@"\Asha256:[0-9a-f]{64}\n\z", imported.Output);
        Assert.Equal("yes\n", (await workspace.RunAsync("run", "--rm", "imported:1")).Succeeded().Output);
        Assert.Contains("a message", (await workspace.RunAsync("history", "imported:1")).Succeeded().Output, StringComparison.Ordinal);
    }

    [EndToEndTheory]
    [InlineData("load")]
    [InlineData("import", "-")]
    public async Task Rubbish_is_refused_and_the_store_is_as_before(params string[] command)
    {
        await using Workspace workspace = await SmallImageAsync("small");
        byte[] rubbish = new byte[4096];
        Array.Fill(rubbish, (byte)'x');
        CommandResult result = (await workspace.RunWithInputAsync(rubbish, command)).ExitedWith(1);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.NotEmpty(result.Error);
        Assert.Equal("a\n", (await workspace.RunAsync("run", "--rm", "small")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task Info_and_version_tell_what_the_machine_can_do()
    {
        await using Workspace workspace = new();
        CommandResult info = (await workspace.RunAsync("info")).Succeeded();
        Assert.Contains("overlay", info.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(workspace.Store, info.Output, StringComparison.Ordinal);
        Assert.Contains("0.1.0", (await workspace.RunAsync("version")).Succeeded().Output, StringComparison.Ordinal);
    }

    [EndToEndTheory]
    [InlineData(125, "build", "--no-such-flag", ".")]
    [InlineData(1, "run")]
    [InlineData(1, "no-such-command")]
    [InlineData(1, "tag", "only-one")]
    public async Task A_wrong_command_line_ends_as_with_docker_and_says_what_is_wrong(int exitCode, params string[] arguments)
    {
        await using Workspace workspace = new();
        CommandResult result = (await workspace.RunAsync(arguments)).ExitedWith(exitCode);
        Assert.NotEmpty(result.Error);
        Assert.Empty(result.Output);
    }

    [EndToEndFact]
    public async Task Help_is_printed_to_standard_output()
    {
        await using Workspace workspace = new();
        foreach (string[] arguments in new string[][] { ["--help"], ["build", "--help"], ["run", "--help"] })
        {
            CommandResult result = (await workspace.RunAsync(arguments)).Succeeded();
            Assert.Contains("Usage", result.Output, StringComparison.OrdinalIgnoreCase);
            Assert.Empty(result.Error);
        }
    }

    private static Task<Workspace> SmallImageAsync(string tag) => Workspace.CreateAsync(async workspace =>
    {
        await workspace.ImportBusyboxAsync();
        workspace.Write("a.txt", "a\n");
        (await workspace.BuildTextAsync("FROM busybox\nWORKDIR /work\nCOPY a.txt ./\nCMD [\"cat\", \"a.txt\"]\n", "-t", tag)).Succeeded();
    });
}
