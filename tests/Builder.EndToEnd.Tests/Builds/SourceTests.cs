using System.Globalization;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Contexts and sources of ADD that are fetched over HTTP, from git, or come as archives.</summary>
public sealed class SourceTests : IAsyncLifetime, IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Workspace _workspace = new();
    private readonly SourceServer _server;

    public SourceTests() => _server = new SourceServer(_workspace.PathTo("www"));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _workspace.DisposeAsync();

    public void Dispose() => _server.Dispose();

    [EndToEndFact]
    public async Task Add_of_a_url_is_a_private_file_with_the_servers_time_and_is_asked_for_again_but_not_sent_again()
    {
        string url = _server.Write("a.txt", "one");
        string dockerfile = $"FROM scratch\nADD {url}?x=1 /d/\nADD {url} /renamed\n";
        (await BuildAsync(dockerfile)).Succeeded();
        Assert.Equal("one", await File.ReadAllTextAsync(Result("d/a.txt")));
        Assert.Equal((Private, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc)), (File.GetUnixFileMode(Result("renamed")), File.GetLastWriteTimeUtc(Result("renamed"))));

        _server.Answers.Clear();
        Assert.Contains("nothing was executed", (await BuildAsync(dockerfile)).Succeeded().Error, StringComparison.Ordinal);
        Assert.Equal(["304 /a.txt", "304 /a.txt"], _server.Answers);

        _server.Write("a.txt", "two");
        (await BuildAsync(dockerfile)).Succeeded();
        Assert.Equal("two", await File.ReadAllTextAsync(Result("d/a.txt")));
    }

    [EndToEndFact]
    public async Task A_checksum_decides_without_asking_and_a_wrong_one_is_told()
    {
        string url = _server.Write("a.txt", "one");
        const string Digest = "sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
        (await BuildAsync($"FROM scratch\nADD --checksum={Digest} {url} /a\n")).Succeeded();
        _server.Answers.Clear();
        (await BuildAsync($"FROM scratch\nADD --checksum={Digest} {url} /a\n")).Succeeded();
        Assert.Empty(_server.Answers);

        CommandResult wrong = (await BuildAsync($"FROM scratch\nADD --checksum={Digest.Replace("7692", "0000", StringComparison.Ordinal)} {url} /a\n")).ExitedWith(1);
        Assert.Contains($"has the digest {Digest}, not sha256:0000", wrong.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_server_is_shown_the_login_that_a_secret_gives_and_the_login_is_nowhere_to_be_found()
    {
        string url = _server.Write("private-a.txt", "for members");
        string dockerfile = $"FROM scratch\nADD {url} /a.txt\n";
        CommandResult without = (await BuildAsync(dockerfile)).ExitedWith(1);
        Assert.Contains("HTTP_AUTH_TOKEN_", without.Error, StringComparison.Ordinal);
        _workspace.Environment["LOGIN"] = SourceServer.Token;
        string host = new Uri(url).Host;
        CommandResult with = (await BuildAsync(dockerfile, "--secret", $"id=HTTP_AUTH_TOKEN_{host},env=LOGIN")).Succeeded();
        Assert.Equal("for members", await File.ReadAllTextAsync(Result("a.txt")));
        Assert.DoesNotContain(SourceServer.Token, with.Output + with.Error, StringComparison.Ordinal);
        CommandResult search = await _workspace.RunAsync("unshare", "grep", "-r", "-l", SourceServer.Token, _workspace.Store);
        Assert.Equal("", search.ExitedWith(1).Output);
    }

    [EndToEndTheory]
    [InlineData("loop", "more than 10 redirects")]
    [InlineData("elsewhere", "redirects to file:, which is not followed")]
    [InlineData("endless", "is larger than 1000000 bytes")]
    [InlineData("truncated", "the download broke off")]
    [InlineData("absent", "the server answered 404")]
    public async Task A_server_that_misbehaves_fails_the_build_and_leaves_nothing(string path, string message)
    {
        _workspace.Environment["BUILDER_MAX_DOWNLOAD"] = "1000000";
        CommandResult result = (await BuildAsync($"FROM scratch\nADD {_server.Address}/{path} /a\n")).ExitedWith(1);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_workspace.Store, "blobs", "sha256")));
    }

    [EndToEndTheory]
    [InlineData("cat")]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public async Task Archives_are_contexts_on_standard_input_and_behind_a_url_and_are_unpacked_by_add(string compressor)
    {
        _workspace.Write("Dockerfile", "FROM scratch\nCOPY sub/ /\nADD a.bin /unpacked/\nADD --unpack=false a.bin /kept/\n");
        _workspace.Write("sub/f", "content");
        _workspace.Write(".dockerignore", "sub\n");
        string archive = _server.PathTo("c.bin");
        (await ShellAsync($"tar -cf - sub | {compressor} > a.bin && tar -cf - . | {compressor} > {archive}")).Succeeded();
        byte[] bytes = await File.ReadAllBytesAsync(archive);
        (await _workspace.RunWithInputAsync(bytes, "build", "--call=check,ignorestatus", "-")).Succeeded();
        Assert.Contains("no such Dockerfile: other in the archive", (await _workspace.RunWithInputAsync(bytes, "build", "--check", "-f", "other", "-")).ExitedWith(1).Error, StringComparison.Ordinal);
        Assert.Contains("sub/f:1:1: error", (await _workspace.RunWithInputAsync(bytes, "build", "--check", "-f", "./sub/f", "-")).ExitedWith(1).Error, StringComparison.Ordinal);
        foreach (string context in (string[])["-", _server.Address + "/c.bin"])
        {
            Reset();
            (await _workspace.RunWithInputAsync(context == "-" ? bytes : [], "build", "-o", Result(""), context)).Succeeded();
            Assert.Equal(["content", "content"], [File.ReadAllText(Result("f")), File.ReadAllText(Result("unpacked/sub/f"))]);
            Assert.Equal(new FileInfo(Path.Combine(_workspace.Context, "a.bin")).Length, new FileInfo(Result("kept/a.bin")).Length);
        }
    }

    [EndToEndFact]
    public async Task Files_of_an_archive_context_keep_its_owners_unless_chown_is_given()
    {
        _workspace.Write("Dockerfile", "FROM scratch\nCOPY f /kept\nADD f /added\nCOPY --chown=7:8 f /given\n");
        _workspace.Write("f", "content");
        (await ShellAsync($"tar -cf {_workspace.PathTo("c.tar")} --owner=5 --group=6 --numeric-owner Dockerfile f")).Succeeded();
        string output = _workspace.PathTo("tree.tar");
        byte[] archive = await File.ReadAllBytesAsync(_workspace.PathTo("c.tar"));
        (await _workspace.RunWithInputAsync(archive, "build", "-o", $"type=tar,dest={output}", "-")).Succeeded();
        string listing = (await new Command("tar", "-tvf", output, "--numeric-owner").RunAsync()).Succeeded().Output;
        string[][] lines = [.. listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(["added 5/6", "given 7/8", "kept 5/6"], lines.Select(line => $"{line[^1]} {line[1]}"));
    }

    [EndToEndFact]
    public async Task A_Dockerfile_may_come_from_a_url_alone_or_beside_a_context()
    {
        string url = _server.Write("df", "FROM scratch\nCOPY * /c/\n");
        _workspace.Write("here", "x");
        Reset();
        (await _workspace.RunAsync("build", "-o", Result(""), "-f", url, _workspace.Context)).Succeeded();
        Assert.True(File.Exists(Result("c/here")));
        Reset();
        (await _workspace.RunAsync("build", "-o", Result(""), url)).Succeeded();
        Assert.False(File.Exists(Result("c/here")));
    }

    [EndToEndFact(Ability.Git)]
    public async Task A_git_context_is_a_branch_tag_or_commit_with_submodules_and_without_its_history()
    {
        string first = await PublishAsync();
        (await GitBuildAsync("git/app.git#v1")).Succeeded();
        Assert.Equal(["Dockerfile", "run.sh", "s"], Names("app", ".gitmodules"));
        Assert.Equal("sub", File.ReadAllText(Result("app/s/f")));
        Assert.False(File.Exists(Result("app/s/.git")));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(Result("app/run.sh")));
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(Result("app/Dockerfile")));

        (await GitBuildAsync("git/app.git?branch=main&submodules=0")).Succeeded();
        Assert.True(File.Exists(Result("app/later")) && !File.Exists(Result("app/s/f")));
        (await GitBuildAsync($"git/app.git?submodules=0&commit={first}")).Succeeded();
        Assert.False(File.Exists(Result("app/later")));
        (await GitBuildAsync("git/app.git#main:d")).Succeeded();
        Assert.Equal("below", File.ReadAllText(Result("x")));

        // A server of plain files knows nothing of shallow histories.
        (await GitBuildAsync("app.git?submodules=0#v1")).Succeeded();
        Assert.False(File.Exists(Result("app/later")));

        (await GitBuildAsync("git/app.git?submodules=0", "--build-arg", "BUILDKIT_CONTEXT_KEEP_GIT_DIR=1")).Succeeded();
        Assert.True(Directory.Exists(Result("app/.git")));
    }

    [EndToEndFact(Ability.Git)]
    public async Task The_date_of_a_build_can_be_that_of_its_context()
    {
        await PublishAsync();
        string seconds = await new GitRepository(_workspace.PathTo("app")).RunAsync("show", "-s", "--format=%ct", "v1^{commit}");
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture)), await DateAsync(_server.Address + "/git/app.git?submodules=0#v1"));

        _workspace.Write("Dockerfile", "FROM scratch\nCOPY f /\n");
        _workspace.Write("f", "content");
        (await ShellAsync($"touch -d 2001-02-03T04:05:06Z Dockerfile && touch -d 2001-02-03T04:05:07Z f && tar -cf {_server.PathTo("c.tar")} Dockerfile f && touch -d 2020-01-02T03:04:05Z {_server.PathTo("c.tar")}")).Succeeded();
        Assert.Equal(new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.Zero), await DateAsync(_server.Address + "/c.tar"));
        Assert.Equal(new DateTimeOffset(2001, 2, 3, 4, 5, 7, TimeSpan.Zero), await DateAsync("-", await File.ReadAllBytesAsync(_server.PathTo("c.tar"))));

        CommandResult directory = await _workspace.BuildAsync("--build-arg", "SOURCE_DATE_EPOCH=context", "-o", "type=image,rewrite-timestamp=true");
        Assert.Contains("this context has none", directory.ExitedWith(125).Error, StringComparison.Ordinal);
    }

    [EndToEndFact(Ability.Git)]
    public async Task Add_of_a_repository_holds_it_to_its_checksum()
    {
        string first = await PublishAsync();
        string url = $"{_server.Address}/git/app.git?submodules=0#v1";
        (await BuildAsync($"FROM scratch\nADD --checksum={first[..12]} {url} /r\nADD --keep-git-dir=true {url} /g\n")).Succeeded();
        Assert.True(File.Exists(Result("r/run.sh")) && !Directory.Exists(Result("r/.git")) && Directory.Exists(Result("g/.git")));
        CommandResult wrong = (await BuildAsync($"FROM scratch\nADD --checksum=0123456 {url} /r\n")).ExitedWith(1);
        Assert.Contains($"v1 is the commit {first}, not 0123456", wrong.Error, StringComparison.Ordinal);
    }

    [EndToEndTheory(Ability.Git)]
    [InlineData("git/app.git#nope", "has no branch or tag 'nope'")]
    [InlineData("git/app.git?colour=red", "unknown key 'colour'")]
    [InlineData("git/app.git#main:absent", "has no directory 'absent'")]
    [InlineData("git/none.git", "there is no git repository")]
    [InlineData("git/local.git", "a transport is refused")]
    public async Task A_git_context_that_can_not_be_had_says_why(string context, string message)
    {
        await PublishAsync();
        GitRepository local = await GitRepository.CreateAsync(_workspace.PathTo("local"));
        await local.RunAsync("submodule", "-q", "add", "file://" + _workspace.PathTo("app"), "s");
        await local.CommitAsync("Dockerfile", "FROM scratch\nCOPY . /\n");
        await local.PublishAsync(_server.PathTo("local.git"));
        CommandResult result = await GitBuildAsync(context);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Named_contexts_are_directories_layouts_and_urls()
    {
        string other = _workspace.PathTo("other");
        Directory.CreateDirectory(other);
        await File.WriteAllTextAsync(Path.Combine(other, "f"), "other");
        await File.WriteAllTextAsync(Path.Combine(other, "hidden"), "");
        await File.WriteAllTextAsync(Path.Combine(other, ".dockerignore"), "hidden\n");
        _workspace.Write("Dockerfile", "FROM scratch\nCOPY f /layout-file\nENV A=b\n");
        _workspace.Write("f", "layout");
        string layout = _workspace.PathTo("layout");
        Directory.CreateDirectory(layout);
        (await _workspace.RunAsync("build", "--output", $"type=oci,dest={layout}.tar,name=x/y:1.0", _workspace.Context)).Succeeded();
        (await new Command("tar", "-xf", layout + ".tar", "-C", layout).RunAsync()).Succeeded();
        string url = _server.Write("file", "url");

        (await BuildAsync(
            "FROM golang:1.20 AS base\nRUN never\nFROM base\nCOPY --from=dir . /dir/\nCOPY --from=u /context /u\nCOPY --from=example.com/image /f /i\n",
            "--build-context", "dir=" + other, "--build-context", $"base=oci-layout://{layout}:1.0", "--build-context", "u=" + url,
            "--build-context", "example.com/image:latest=" + other)).Succeeded();
        Assert.Equal(["layout", "other", "url", "other"], ((string[])["layout-file", "dir/f", "u", "i"]).Select(f => File.ReadAllText(Result(f))));
        Assert.False(File.Exists(Result("dir/hidden")));
    }

    private string Result(string path) => _workspace.PathTo("result/" + path);

    private void Reset()
    {
        if (Directory.Exists(Result(""))) Directory.Delete(Result(""), recursive: true);
    }

    private string[] Names(string directory, string but) =>
        [.. Directory.EnumerateFileSystemEntries(Result(directory)).Select(e => Path.GetFileName(e)!).Where(n => n != but && n != "d").Order(StringComparer.Ordinal)];

    private Task<CommandResult> ShellAsync(string script) => new Command("bash", "-o", "pipefail", "-c", script) { Directory = _workspace.Context }.RunAsync();

    private Task<CommandResult> BuildAsync(string dockerfile, params string[] arguments)
    {
        Reset();
        return _workspace.BuildTextAsync(dockerfile, ["-o", Result(""), .. arguments]);
    }

    private async Task<DateTimeOffset> DateAsync(string context, byte[]? input = null)
    {
        (await _workspace.RunWithInputAsync(input ?? [], "build", "-t", "dated", "--build-arg", "SOURCE_DATE_EPOCH=context", context)).Succeeded();
        return DateTimeOffset.Parse((await _workspace.RunAsync("inspect", "-f", "{{.Created}}", "dated")).Succeeded().Output, CultureInfo.InvariantCulture);
    }

    private Task<CommandResult> GitBuildAsync(string path, params string[] arguments)
    {
        Reset();
        return _workspace.RunAsync(["build", "-o", Result(""), .. arguments, $"{_server.Address}/{path}"]);
    }

    // Two commits, an annotated tag on the first, a submodule beside it.
    private async Task<string> PublishAsync()
    {
        GitRepository sub = await GitRepository.CreateAsync(_workspace.PathTo("sub"));
        await sub.CommitAsync("f", "sub");
        await sub.PublishAsync(_server.PathTo("sub.git"));
        GitRepository app = await GitRepository.CreateAsync(_workspace.PathTo("app"));
        await app.RunAsync("submodule", "-q", "add", _server.Address + "/git/sub.git", "s");
        await app.CommitAsync("Dockerfile", "FROM scratch\nCOPY . /app/\n");
        await File.WriteAllTextAsync(_workspace.PathTo("app/run.sh"), "");
        File.SetUnixFileMode(_workspace.PathTo("app/run.sh"), (UnixFileMode)0x1ED);
        await app.CommitAsync("d/Dockerfile", "FROM scratch\nCOPY x /\n");
        string first = await app.CommitAsync("d/x", "below");
        await app.RunAsync("tag", "-a", "v1", "-m", "v1");
        await app.CommitAsync("later", "");
        await app.PublishAsync(_server.PathTo("app.git"));
        return first;
    }
}
