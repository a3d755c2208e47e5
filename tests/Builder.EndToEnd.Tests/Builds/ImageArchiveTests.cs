using System.Text.Json;
using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>The archives of real builds, read by the programs they are for.</summary>
[Collection(DockerTests.Name)]
public sealed class ImageArchiveTests(PrivateDocker docker, ImageBuilds builds)
{
    public static TheoryData<string, string> CasesAndWhatTheyPrint => new()
    {
        { "scratch-static", "hello from scratch\n" },
        { "c-project:minimal", "2\n3\n5\n7\n11\n13\n17\n19\n" },
        { "c-project:tools", "29\n" },
        { "file-features", "app\n/opt/app/bin/server cap_net_bind_service=ep\nplain\n" },
    };

    public static TheoryData<string> Cases => new(CasesAndWhatTheyPrint.Select(row => (string)row[0]));

    [EndToEndTheory(Ability.Debian)]
    [MemberData(nameof(CasesAndWhatTheyPrint))]
    public async Task An_image_runs_and_prints_what_it_should(string caseAndTarget, string expected)
    {
        ImageArchives archives = await builds.GetAsync(caseAndTarget);
        Assert.Equal(expected, (await archives.Workspace.RunAsync("run", "--rm", archives.Tag)).Succeeded().Output);
    }

    [EndToEndTheory(Ability.Docker, Ability.Debian)]
    [MemberData(nameof(CasesAndWhatTheyPrint))]
    public async Task Docker_loads_an_archive_and_runs_it(string caseAndTarget, string expected)
    {
        ImageArchives archives = await builds.GetAsync(caseAndTarget);
        CommandResult loaded = (await docker.RunAsync("load", "-i", archives.Docker)).Succeeded();
        Assert.Contains($"Loaded image: {archives.Tag}", loaded.Output, StringComparison.Ordinal);
        Assert.Equal(expected, (await docker.RunAsync("run", "--rm", "--network=none", archives.Tag)).Succeeded().Output);
        string id = (await docker.RunAsync("image", "inspect", "-f", "{{.Id}}", archives.Tag)).Succeeded().Output.Trim();
        CommandResult ours = (await archives.Workspace.RunAsync("images", "--no-trunc", "-q", archives.Tag)).Succeeded();
        Assert.Equal(id, ours.Output.Trim());
    }

    [EndToEndTheory(Ability.Docker, Ability.Debian)]
    [MemberData(nameof(Cases))]
    public async Task Docker_sees_the_tree_that_we_export(string caseAndTarget)
    {
        ImageArchives archives = await builds.GetAsync(caseAndTarget);
        (await docker.RunAsync("load", "-i", archives.Docker)).Succeeded();
        FileTree theirs = FileTree.Read(await docker.ExportAsync(archives.Tag));
        FileTree.Read(archives.Tree).AssertSameAsDocker(theirs, "data", "var/lib/app");
    }

    [EndToEndTheory(Ability.Skopeo, Ability.Debian)]
    [MemberData(nameof(Cases))]
    public async Task Skopeo_inspects_both_kinds_of_archive(string caseAndTarget)
    {
        ImageArchives archives = await builds.GetAsync(caseAndTarget);
        foreach (string source in new[] { $"docker-archive:{archives.Docker}", $"oci-archive:{archives.Oci}" })
        {
            CommandResult result = (await new Command("skopeo", "inspect", source).RunAsync()).Succeeded();
            using JsonDocument document = JsonDocument.Parse(result.OutputBytes);
            Assert.Equal("linux", document.RootElement.GetProperty("Os").GetString());
            Assert.NotEqual(0, document.RootElement.GetProperty("Layers").GetArrayLength());
        }
    }

    [EndToEndTheory(Ability.Skopeo, Ability.Debian)]
    [MemberData(nameof(Cases))]
    public async Task Skopeo_copies_both_kinds_of_archive_checking_every_digest(string caseAndTarget)
    {
        ImageArchives archives = await builds.GetAsync(caseAndTarget);
        foreach (string source in new[] { $"docker-archive:{archives.Docker}", $"oci-archive:{archives.Oci}" })
        {
            string target = archives.Workspace.PathTo("copy-" + Guid.NewGuid().ToString("N"));
            (await new Command("skopeo", "--insecure-policy", "--tmpdir", "/var/tmp", "copy", source, $"dir:{target}").RunAsync()).Succeeded();
            Directory.Delete(target, recursive: true);
        }
    }

    [EndToEndTheory(Ability.Umoci, Ability.Debian)]
    [MemberData(nameof(Cases))]
    public async Task Umoci_unpacks_the_layout(string caseAndTarget)
    {
        ImageArchives archives = await builds.GetAsync(caseAndTarget);
        string layout = archives.Workspace.PathTo("layout-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(layout);
        (await new Command("tar", "-xf", archives.Oci, "-C", layout).RunAsync()).Succeeded();
        string reference = (await new Command("umoci", "list", "--layout", layout).RunAsync()).Succeeded().Output.Trim();
        string[] rootless = Environment.IsPrivilegedProcess ? [] : ["--rootless"];
        (await new Command("umoci", ["unpack", .. rootless, "--image", $"{layout}:{reference}", layout + "/bundle"]).RunAsync()).Succeeded();
        FileTree ours = FileTree.Read(archives.Tree);
        foreach (TreeEntry entry in ours.Entries.Values.Where(e => e.Type == "file" && e.Path.All(char.IsAscii)))
            Assert.True(File.Exists(Path.Combine(layout, "bundle/rootfs", entry.Path)) || !Environment.IsPrivilegedProcess, entry.Path);
        // Not Directory.Delete: it can't remove names that are not UTF-8.
        (await new Command("chmod", "-R", "u+rwX", layout).RunAsync()).Succeeded();
        (await new Command("rm", "-rf", layout).RunAsync()).Succeeded();
    }

    [EndToEndFact(Ability.Debian)]
    public async Task The_tree_keeps_capabilities_hard_links_modes_owners_and_what_was_made_again()
    {
        ImageArchives archives = await builds.GetAsync("file-features");
        FileTree tree = FileTree.Read(archives.Tree);
        TreeEntry server = tree["opt/app/bin/server"];
        Assert.Equal("opt/app/bin/server, opt/app/bin/server-alias", server.Names);
        // VFS_CAP_REVISION_2 with the effective bit, and capability 10 permitted; no owner's namespace in it.
        Assert.Equal("0100000200040000000000000000000000000000", server.Attributes["security.capability"]);
        Assert.Equal(server.Attributes, tree["opt/app/bin/server-alias"].Attributes);
        Assert.Equal("opt/app/data/new, " + string.Join(", ", Enumerable.Range(1, 5).Select(i => $"opt/app/drop/name {i}")), tree["opt/app/data/new"].Names);
        Assert.Equal(("file", 0x9ED), (tree["opt/app/bin/as-root"].Type, tree["opt/app/bin/as-root"].Mode));
        Assert.Equal((0x5ED, 2000L), (tree["opt/app/bin/as-group"].Mode, tree["opt/app/bin/as-group"].Gid));
        Assert.Equal(0x3FF, tree["opt/app/drop"].Mode);
        Assert.Equal((0x7FD, 1234L), (tree["srv/real/sub"].Mode, tree["srv/real/sub"].Uid));
        Assert.Equal((4321L, 8765L, "fifo"), (tree["opt/app/pipe"].Uid, tree["opt/app/pipe"].Gid, tree["opt/app/pipe"].Type));
        Assert.Equal(0x1E8, tree["opt/app/data"].Mode);
        Assert.Equal(("file", "directory", "symlink"), (tree["usr/share/lintian"].Type, tree["etc/issue"].Type, tree["etc/skel"].Type));
        Assert.Equal(["usr/share/doc/fresh", "usr/share/doc/fresh/note"], tree.Entries.Keys.Where(p => p.StartsWith("usr/share/doc/", StringComparison.Ordinal)));
        Assert.Equal((1234L, 2000L), (tree["srv/real/plain.txt"].Uid, tree["srv/real/plain.txt"].Gid));
        Assert.Equal("/nowhere/at/all", tree["srv/real/dangling"].LinkTarget);
        Assert.Equal((0L, "file"), (tree["srv/real/by-escaping.txt"].Uid, tree["srv/real/by-escaping.txt"].Type));
        Assert.Contains("opt/app/latin1-\u00e9", tree.Entries.Keys);
        Assert.Equal((16L << 20) + 3, tree["opt/app/holes"].Size);
        Assert.DoesNotContain("etc/issue.net", tree.Entries.Keys);
        Assert.DoesNotContain("opt/app/data/old", tree.Entries.Keys);
    }

    [EndToEndFact(Ability.Debian)]
    public async Task A_program_with_the_setuid_bit_becomes_root_and_the_user_is_the_image_s()
    {
        ImageArchives archives = await builds.GetAsync("file-features");
        Workspace workspace = archives.Workspace;
        workspace.Write("Dockerfile", $"""
            FROM {archives.Tag}
            USER root
            RUN cp /usr/bin/id /usr/local/bin/suid-id && chmod 4755 /usr/local/bin/suid-id
            USER app:operators
            RUN test "$(id -un):$(id -gn)" = app:operators && test "$(suid-id -u)" = 0
            ENTRYPOINT []
            CMD ["sh", "-c", "id -un; suid-id -un; echo $HOME"]
            """);
        (await workspace.BuildAsync("-t", "suid")).Succeeded();
        Assert.Equal("app\nroot\n/home/app\n", (await workspace.RunAsync("run", "--rm", "suid")).Succeeded().Output);
    }
}
