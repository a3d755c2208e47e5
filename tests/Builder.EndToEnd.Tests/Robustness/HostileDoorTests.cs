using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Builder.EndToEnd.Tests.Builds;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Robustness;

/// <summary>A hostile tree comes in by every way there is: nothing outside is touched.</summary>
[Collection(MeasuredTests.Name)]
public sealed class HostileDoorTests
{
    [EndToEndFact]
    public async Task By_whatever_way_an_archive_that_reaches_out_comes_in_it_ends_inside()
    {
        await using HostileGround ground = new();
        byte[] tree = Tree(ground).ToArray();
        byte[] withDockerfile = Tree(ground).File("Dockerfile", "FROM scratch\nCOPY . /all/\n").ToArray();
        Workspace workspace = ground.Workspace;
        await File.WriteAllBytesAsync(Path.Combine(workspace.Context, "a.tar"), tree);
        await File.WriteAllBytesAsync(Path.Combine(workspace.Context, "a.tgz"), Compressed(tree));
        string layout = WriteLayout(workspace.PathTo("layout"), tree);
        await ContainedAsync(tree, "import", "-", "imported");
        await ContainedAsync(DockerArchive(tree), "load");
        await ContainedAsync(withDockerfile, "build", "--progress", "plain", "-");
        await ContainedAsync(Compressed(withDockerfile), "build", "--progress", "plain", "-o", workspace.PathTo("out"), "-");
        await BuildAsync("FROM scratch\nADD a.tar /\nADD a.tgz /l/\nADD a.tar /x/y/\n");
        await BuildAsync("FROM imported\nADD a.tar /l/\nCOPY a.tar /up/kept\nCOPY Dockerfile /d/kept\nWORKDIR /l/sub\n");
        await BuildAsync("FROM base\nCOPY a.tar /l/new\n", "--build-context", $"base=oci-layout://{layout}");
        await BuildAsync("FROM scratch\nCOPY --from=imported / /\nCOPY --from=imported /l /l\n", "-o", workspace.PathTo("out2"));
        await BuildAsync("FROM scratch\nCOPY --from=imported / /\n", "-o", $"type=tar,dest={workspace.PathTo("out.tar")}");
        await BuildAsync("FROM imported\nCOPY a.tar /\n", "--cache-from", $"type=local,src={layout}", "--cache-from", $"type=local,src={workspace.Context}");
        (await workspace.RunAsync("store", "check")).Succeeded();

        async Task BuildAsync(string dockerfile, params string[] options)
        {
            workspace.Write("Dockerfile", dockerfile);
            await ContainedAsync([], ["build", "--progress", "plain", .. options, workspace.Context]);
        }

        // Refusing is as good, when it is said why.
        async Task ContainedAsync(byte[] input, params string[] arguments)
        {
            CommandResult result = await ground.RunAsync(input, arguments);
            Assert.True(result.ExitCode == 0 || result is { ExitCode: 1, Error.Length: > 0 }, result.ToString());
        }
    }

    [EndToEndFact]
    public async Task Names_that_mark_what_layers_remove_are_refused_from_steps_contexts_and_archives()
    {
        await using HostileGround ground = new();
        Workspace workspace = ground.Workspace;
        await workspace.ImportBusyboxAsync();
        workspace.Write("marked/.wh.keep", "");
        workspace.Write("plain/keep", "");
        using HostileTar opaque = new HostileTar().File("plain/.wh..wh..opq", ""), hard = new HostileTar().File("a").HardLink(".wh.plain", "a");
        await File.WriteAllBytesAsync(Path.Combine(workspace.Context, "opaque.tar"), opaque.ToArray());
        await File.WriteAllBytesAsync(Path.Combine(workspace.Context, "hard.tar"), hard.ToArray());
        foreach ((string step, string name) in new[]
        {
            ("COPY marked /plain", "/plain/.wh.keep"),
            ("ADD opaque.tar /", "/plain/.wh..wh..opq"),
            ("ADD hard.tar /", "/.wh.plain"),
            ("RUN touch /plain/.wh.keep", "/plain/.wh.keep"),
        })
        {
            workspace.Write("Dockerfile", $"FROM busybox\nCOPY plain /plain\n{step}\n");
            CommandResult result = (await ground.RunAsync("build", "--progress", "plain", workspace.Context)).ExitedWith(1);
            Assert.Contains($"'{name}': names that begin with '.wh.' mark removed files in layers and can't be stored", result.Error, StringComparison.Ordinal);
        }
    }

    [EndToEndFact]
    public async Task A_step_that_makes_a_file_of_terabytes_is_refused_before_they_are_written()
    {
        await using HostileGround ground = new();
        await ground.Workspace.ImportBusyboxAsync();
        ground.Workspace.Write("Dockerfile", "FROM busybox\nRUN truncate -s 4096G /big\n");
        foreach (string output in new[] { "type=image,name=big", $"type=tar,dest={ground.Workspace.PathTo("big.tar")}" })
        {
            CommandResult result = (await ground.RunAsync("build", "--progress", "plain", "-o", output, ground.Workspace.Context)).ExitedWith(1);
            Assert.Contains("'/big' is sparse: 4398046511104 bytes, 0 of them on the disk", result.Error, StringComparison.Ordinal);
        }

        ground.Workspace.Write("Dockerfile", "FROM busybox AS a\nRUN truncate -s 4096G /big\nFROM scratch\nCOPY --from=a /big /other\n");
        CommandResult copied = (await ground.RunAsync("build", "--progress", "plain", ground.Workspace.Context)).ExitedWith(1);
        Assert.Contains("'/big' is sparse", copied.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Pipes_devices_and_links_where_files_are_expected_neither_hold_a_build_nor_lead_it_elsewhere()
    {
        await using HostileGround ground = new();
        Workspace workspace = ground.Workspace;
        string ignore = Path.Combine(workspace.Context, ".dockerignore"), cache = workspace.PathTo("cache"), layout = WriteLayout(workspace.PathTo("layout"), Tree(ground).ToArray());
        workspace.Write("Dockerfile", "FROM scratch\nCOPY . /\n");
        (await new Command("mkfifo", ignore).RunAsync()).Succeeded();
        Assert.Contains("is not a regular file", (await BuildAsync()).ExitedWith(1).Error, StringComparison.Ordinal);
        File.Delete(ignore);
        File.CreateSymbolicLink(ignore, "/dev/zero");
        Assert.Contains("is a symbolic link that leads out of", (await BuildAsync()).ExitedWith(1).Error, StringComparison.Ordinal);
        File.Delete(ignore);
        (await BuildAsync("--cache-to", $"type=local,dest={cache},mode=max")).Succeeded();
        foreach (string file in Directory.GetFiles(Path.Combine(layout, "blobs", "sha256")).Append(Path.Combine(layout, "index.json")).Append(Path.Combine(cache, "index.json")))
        {
            File.Delete(file);
            (await new Command("mkfifo", file).RunAsync()).Succeeded();
        }

        Assert.Contains("is not a regular file", (await BuildAsync("--no-cache", "--build-context", $"base=oci-layout://{layout}", "--build-arg", "x=y", "-f", workspace.Write("from", "FROM base\n"))).ExitedWith(1).Error, StringComparison.Ordinal);
        Assert.Contains("WARNING: the cache", (await BuildAsync("--root", workspace.PathTo("other"), "--cache-from", $"type=local,src={cache}")).Succeeded().Error, StringComparison.Ordinal);

        // A directory that is a cache and a target leads into the tree outside, and is to be cleaned.
        string target = Directory.CreateDirectory(workspace.PathTo("target/blobs")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(target, "sha256"), ground.Canary);
        Assert.Contains("is a symbolic link", (await BuildAsync("--cache-to", $"type=local,dest={Path.GetDirectoryName(target)},mode=max,reset=true")).ExitedWith(1).Error, StringComparison.Ordinal);

        Task<CommandResult> BuildAsync(params string[] options) => ground.RunAsync(["build", "--progress", "plain", .. options, workspace.Context]);
    }

    [EndToEndFact]
    public async Task The_files_that_say_how_to_build_are_files_of_the_context_whatever_links_say()
    {
        await using HostileGround ground = new();
        Workspace workspace = ground.Workspace;
        string kept = Path.Combine(ground.Canary, "kept");
        workspace.Write("real/Dockerfile", "FROM scratch\nCOPY . /all/\n");
        Link("Dockerfile", "real/Dockerfile");
        (await BuildAsync()).Succeeded();
        Link(".dockerignore", kept);
        Assert.Contains("that leads out of", (await BuildAsync()).ExitedWith(1).Error, StringComparison.Ordinal);
        Link(".dockerignore", "real/Dockerfile");
        (await BuildAsync()).Succeeded();
        Link("real/Dockerfile.dockerignore", kept);
        Assert.Contains("that leads out of", (await BuildAsync("-f", Path.Combine("real", "Dockerfile"))).ExitedWith(1).Error, StringComparison.Ordinal);
        foreach (string target in new[] { kept, ground.ClimbingCanary + "/kept" })
        {
            Link("Dockerfile", target);
            foreach (string[] named in (string[][])[[], ["-f", "Dockerfile"], ["-f", Path.Combine(workspace.Context, "Dockerfile")], ["--check"]])
            {
                string error = (await BuildAsync(named)).ExitedWith(1).Error;
                Assert.Contains("is a symbolic link that leads out of", error, StringComparison.Ordinal);
                Assert.Contains("hint: name the file it leads to with --file", error, StringComparison.Ordinal);
                Assert.DoesNotContain("kept\n", error, StringComparison.Ordinal);
            }
        }

        // What the user names is followed.
        string elsewhere = workspace.PathTo("named");
        File.CreateSymbolicLink(elsewhere, Path.Combine(workspace.Context, "real", "Dockerfile"));
        File.Delete(Path.Combine(workspace.Context, "Dockerfile"));
        (await BuildAsync("-f", elsewhere)).Succeeded();

        Task<CommandResult> BuildAsync(params string[] options) => ground.RunAsync(["build", "--progress", "plain", .. options, workspace.Context]);

        void Link(string name, string target)
        {
            string path = Path.Combine(workspace.Context, name);
            File.Delete(path);
            File.CreateSymbolicLink(path, target);
        }
    }

    [EndToEndFact]
    public async Task Links_that_an_earlier_build_put_out_are_replaced_and_not_followed_by_the_next()
    {
        await using HostileGround ground = new();
        Workspace workspace = ground.Workspace;
        string output = workspace.PathTo("out");
        using HostileTar links = new HostileTar().Link("l", ground.Canary).Link("kept", ground.Canary + "/kept").Link("linux_amd64", ground.Canary).Link("linux_arm64", ground.ClimbingCanary);
        await File.WriteAllBytesAsync(Path.Combine(workspace.Context, "links.tar"), links.ToArray());
        workspace.Write("kept", "new\n");
        await BuildAsync("FROM scratch\nADD links.tar /\n");
        await BuildAsync("FROM scratch\nCOPY kept /l/\nCOPY kept /\n");
        await BuildAsync("FROM scratch\nCOPY kept /\n", "--platform", "linux/amd64,linux/arm64");
        foreach (string path in new[] { "kept", "l/kept", "linux_amd64/kept", "linux_arm64/kept" }) Assert.Equal("new\n", await File.ReadAllTextAsync(Path.Combine(output, path)));

        async Task BuildAsync(string dockerfile, params string[] options)
        {
            workspace.Write("Dockerfile", dockerfile);
            (await ground.RunAsync(["build", "--progress", "plain", "-o", output, .. options, workspace.Context])).Succeeded();
        }
    }

    private static HostileTar Tree(HostileGround ground)
    {
        (string canary, string up) = (ground.Canary, ground.ClimbingCanary);
        return new HostileTar()
            .Link("l", canary).File("l/new").File("l/kept").Directory("l/sub").File("l/.wh.kept", "").File("l/.wh..wh..opq", "")
            .Link("up", up).File("up/new").File(up + "/new").File(canary + "/kept").File("x/../../../kept")
            .Link("file", canary + "/kept").HardLink("hard", "file").File("hard", "through")
            .Directory("d").File("d/kept").Link("d", canary).File("d/kept").File(".wh..wh.plnk", "").File(".wh..wh..opq", "")
            .File("setuid", "x", (UnixFileMode)0xFED, ("user.overlay.redirect", canary), ("trusted.overlay.redirect", canary), ("user.overlay.opaque", "y"), ("security.selinux", "x"))
            .Device("removed", 0, 0);
    }

    private static byte[] Compressed(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return result.ToArray();
    }

    private static byte[] Config(byte[] layer) => Encoding.UTF8.GetBytes(
        $$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:{{{Hex(layer)}}}"]},"history":[{"created_by":"x"}]}""");

    private static string Hex(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] DockerArchive(byte[] layer)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in new[] { ("layer.tar", layer), ("c.json", Config(layer)), ("manifest.json", """[{"Config":"c.json","RepoTags":["loaded:latest"],"Layers":["layer.tar"]}]"""u8.ToArray()) })
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        return bytes.ToArray();
    }

    private static string WriteLayout(string directory, byte[] layer)
    {
        byte[] config = Config(layer);
        byte[] manifest = Encoding.UTF8.GetBytes(
            $$$"""{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{{{Hex(config)}}}","size":{{{config.Length}}}},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:{{{Hex(layer)}}}","size":{{{layer.Length}}}}]}""");
        string blobs = Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256")).FullName;
        foreach (byte[] blob in (byte[][])[layer, config, manifest]) File.WriteAllBytes(Path.Combine(blobs, Hex(blob)), blob);
        File.WriteAllText(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllText(
            Path.Combine(directory, "index.json"),
            $$$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{{{Hex(manifest)}}}","size":{{{manifest.Length}}},"annotations":{"org.opencontainers.image.ref.name":"latest"}}]}""");
        return directory;
    }
}
