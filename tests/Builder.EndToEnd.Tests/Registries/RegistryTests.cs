using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Registries;

/// <summary>Pushes to and pulls from a real registry, and what other programs make of it.</summary>
public sealed partial class RegistryTests(PushedImage image) : IClassFixture<PushedImage>
{
    private Workspace Source => image.Workspace;

    [EndToEndFact(Ability.Registry)]
    public async Task What_was_pushed_comes_back_into_an_empty_store_with_the_same_digest()
    {
        string name = await image.NameAsync("team/app:1");
        string pushed = PushedDigest((await Source.RunAsync("push", name)).Succeeded());
        Assert.Contains("Layer already exists", (await Source.RunAsync("push", name)).Succeeded().Output, StringComparison.Ordinal);
        await using Workspace empty = PushedImage.NewWorkspace();
        CommandResult pulled = (await empty.RunAsync("pull", name)).Succeeded();
        Assert.Contains($"Digest: {pushed}\nStatus: Downloaded newer image for {name}\n{name}\n", pulled.Output, StringComparison.Ordinal);
        Assert.Equal(await InspectAsync(Source, name, "{{.Id}} {{json .Config}}"), await InspectAsync(empty, name, "{{.Id}} {{json .Config}}"));
        string byDigest = $"{image.Registry.Host}/team/app@{pushed}";
        Assert.Equal($"[{byDigest}]\n[{byDigest}]\n", await InspectAsync(Source, name, "{{.RepoDigests}}") + await InspectAsync(empty, name, "{{.RepoDigests}}"));
        Assert.Equal($"1 {pushed}\n", (await empty.RunAsync("images", "--digests", "--format", "{{.Tag}} {{.Digest}}")).Succeeded().Output);
        Assert.Equal("a\n", (await empty.RunAsync("run", "--rm", byDigest)).Succeeded().Output);
        Assert.Equal(pushed, PushedDigest((await empty.RunAsync("push", name)).Succeeded()));
    }

    [EndToEndFact(Ability.Registry)]
    public async Task A_registry_with_a_login_and_an_authority_of_its_own_is_used_after_a_login()
    {
        await using TestRegistry registry = await TestRegistry.StartAsync(isProtected: true);
        string name = $"{registry.Host}/private/app:1";
        await using Workspace workspace = PushedImage.NewWorkspace();
        (await workspace.RunWithInputAsync((await Source.RunAsync("save", PushedImage.Tag)).Succeeded().OutputBytes, "load")).Succeeded();
        (await workspace.RunAsync("tag", PushedImage.Tag, name)).Succeeded();
        CommandResult untrusted = (await workspace.RunAsync("push", name)).ExitedWith(69);
        Assert.Contains("no secure connection", untrusted.Error, StringComparison.Ordinal);
        Trust(workspace, registry);
        Assert.Contains("try builder login", (await workspace.RunAsync("push", name)).ExitedWith(77).Error, StringComparison.Ordinal);
        Assert.Contains("was not accepted", (await LoginAsync(workspace, registry, "wrong")).ExitedWith(77).Error, StringComparison.Ordinal);
        Assert.Equal("Login Succeeded\n", (await LoginAsync(workspace, registry, TestRegistry.Password)).Succeeded().Output);
        string pushed = PushedDigest((await workspace.RunAsync("push", name)).Succeeded());

        await using Workspace empty = PushedImage.NewWorkspace();
        Trust(empty, registry);
        (await empty.RunAsync("pull", name)).ExitedWith(77);
        (await LoginAsync(empty, registry, TestRegistry.Password)).Succeeded();
        Assert.Contains($"Digest: {pushed}\n", (await empty.RunAsync("pull", name)).Succeeded().Output, StringComparison.Ordinal);
        (await empty.RunAsync("pull", $"{registry.Host}/private/no-such")).ExitedWith(66);
        (await empty.RunAsync("logout", registry.Host)).Succeeded();
        (await empty.RunAsync("pull", name)).ExitedWith(77);

        CommandResult asked = await LoginAtTerminalAsync(empty, registry);
        Assert.Contains("Login Succeeded", asked.Succeeded().Output, StringComparison.Ordinal);
        Assert.DoesNotContain(TestRegistry.Password, asked.Output, StringComparison.Ordinal);
        Assert.Contains(TestRegistry.User, asked.Output, StringComparison.Ordinal);
        (await empty.RunAsync("pull", name)).Succeeded();
        Assert.Contains("no terminal", (await empty.RunAsync("login", registry.Host)).ExitedWith(1).Error, StringComparison.Ordinal);
    }

    [EndToEndFact(Ability.Registry, Ability.Skopeo)]
    public async Task Skopeo_takes_what_we_pushed_in_every_form()
    {
        foreach ((string form, string mediaType) in new[]
        {
            ("--format oci --compression-format gzip", "application/vnd.oci.image.layer.v1.tar+gzip"),
            ("--format oci --compression-format zstd --force-compression", "application/vnd.oci.image.layer.v1.tar+zstd"),
            ("--format oci --compression-format uncompressed --force-compression", "application/vnd.oci.image.layer.v1.tar"),
            ("--format v2s2 --compression-format gzip", "application/vnd.docker.image.rootfs.diff.tar.gzip"),
        })
        {
            string name = await image.NameAsync($"form/app:{Guid.NewGuid():N}");
            string pushed = PushedDigest((await Source.RunAsync(["push", .. form.Split(' '), name])).Succeeded());
            Assert.Equal(pushed, await TestRegistry.DigestOfAsync(name));
            string target = Source.PathTo("copy");
            (await new Command("skopeo", "--insecure-policy", "--tmpdir", "/var/tmp", "copy", "--src-tls-verify=false", $"docker://{name}", $"dir:{target}").RunAsync()).Succeeded();
            using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(target, "manifest.json")));
            Assert.All(manifest.RootElement.GetProperty("layers").EnumerateArray(), layer => Assert.Equal(mediaType, layer.GetProperty("mediaType").GetString()));
            Directory.Delete(target, recursive: true);
        }
    }

    [EndToEndTheory(Ability.Registry, Ability.Skopeo)]
    [InlineData("--format", "v2s2")]
    [InlineData("--format", "oci")]
    [InlineData("--format", "oci", "--dest-compress-format", "zstd")]
    public async Task What_skopeo_pushed_is_pulled_and_runs(params string[] form)
    {
        string name = await image.NameAsync($"from/skopeo:{Guid.NewGuid():N}");
        string archive = await image.ArchiveAsync();
        (await new Command(
            "skopeo", ["--insecure-policy", "--tmpdir", "/var/tmp", "copy", "-q", "--dest-tls-verify=false", .. form, $"docker-archive:{archive}", $"docker://{name}"]).RunAsync()).Succeeded();
        await using Workspace empty = PushedImage.NewWorkspace();
        string digest = await TestRegistry.DigestOfAsync(name);
        Assert.Contains($"Digest: {digest}\n", (await empty.RunAsync("pull", name)).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal("a\n", (await empty.RunAsync("run", "--rm", name)).Succeeded().Output);
        Assert.Equal(await InspectAsync(Source, PushedImage.Tag, "{{json .RootFS}}"), await InspectAsync(empty, name, "{{json .RootFS}}"));
    }

    private static void Trust(Workspace workspace, TestRegistry registry)
    {
        string directory = Path.Combine(workspace.Home, ".config/containers/certs.d", registry.Host);
        Directory.CreateDirectory(directory);
        File.Copy(registry.Authority, Path.Combine(directory, "ca.crt"));
    }

    private static Task<CommandResult> LoginAsync(Workspace workspace, TestRegistry registry, string password) =>
        workspace.RunWithInputAsync(Encoding.UTF8.GetBytes(password), "login", "-u", TestRegistry.User, "--password-stdin", registry.Host);

    // What is typed is answered to questions: text that comes sooner would be echoed by the terminal itself.
    private static async Task<CommandResult> LoginAtTerminalAsync(Workspace workspace, TestRegistry registry)
    {
        Command inner = workspace.Command("login", registry.Host);
        string log = Path.Combine(workspace.Home, "terminal.log");
        using RunningCommand terminal = new Command("script", "-qefc", $"'{inner.Program}' login {registry.Host}", log)
        {
            Environment = inner.Environment,
            Directory = inner.Directory,
        }.WithDefaultSignals().Start();
        await AnswerAsync("Username: ", TestRegistry.User);
        await AnswerAsync("Password: ", TestRegistry.Password);
        return await terminal.WaitAsync(TimeSpan.FromSeconds(60));

        async Task AnswerAsync(string question, string answer)
        {
            for (int i = 0; i < 600 && !(File.Exists(log) && (await File.ReadAllTextAsync(log)).Contains(question, StringComparison.Ordinal)); i++) await Task.Delay(50);
            await terminal.WriteInputAsync(Encoding.UTF8.GetBytes(answer + "\n"));
        }
    }

    private static string PushedDigest(CommandResult push)
    {
        Match match = DigestLine().Match(push.Output);
        Assert.True(match.Success, push.ToString());
        return match.Groups["digest"].Value;
    }

    private static async Task<string> InspectAsync(Workspace workspace, string name, string format) =>
        (await workspace.RunAsync("inspect", "-f", format, name)).Succeeded().Output;

    [GeneratedRegex("digest: (?<digest>sha256:[0-9a-f]{64}) size: [0-9]+\n", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DigestLine();
}
