using System.Text;
using Builder.Cli.Builds;
using Builder.Cli.Tests.Harness;

namespace Builder.Cli.Tests.Builds;

public sealed class DockerfileLoaderTests : IDisposable
{
    private readonly TestCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task The_default_is_Dockerfile_in_the_context_else_dockerfile()
    {
        _cli.Write("app/dockerfile", "FROM scratch\n");
        Assert.Equal("app/dockerfile", (await LoadAsync("app")).Text.FileName);
        _cli.Write("app/Dockerfile", "FROM busybox\n");
        DockerfileSource source = await LoadAsync("app");
        Assert.Equal(("app/Dockerfile", "FROM busybox\n"), (source.Text.FileName, source.Text.Text));
        Assert.Equal(Path.Combine(_cli.Directory, "app"), source.ContextDirectory);
        Assert.Null(source.IgnoreFile);
    }

    [Fact]
    public async Task The_ignore_file_beside_the_Dockerfile_wins()
    {
        string general = _cli.Write("app/.dockerignore", "*\n");
        _cli.Write("deploy/Dockerfile.prod", "FROM scratch\n");
        Assert.Equal(general, (await LoadAsync("app", "deploy/Dockerfile.prod")).IgnoreFile);
        string podmans = _cli.Write("app/.containerignore", "*\n");
        Assert.Equal(general, (await LoadAsync("app", "deploy/Dockerfile.prod")).IgnoreFile);
        File.Delete(general);
        Assert.Equal(podmans, (await LoadAsync("app", "deploy/Dockerfile.prod")).IgnoreFile);
        string own = _cli.Write("deploy/Dockerfile.prod.dockerignore", "");
        Assert.Equal(own, (await LoadAsync("app", "deploy/Dockerfile.prod")).IgnoreFile);
    }

    [Fact]
    public async Task A_Dockerfile_on_standard_input_stands_alone_or_beside_a_context()
    {
        _cli.Write("app/x", "");
        DockerfileSource alone = await LoadAsync("-", null, "FROM scratch\n");
        Assert.Equal(("FROM scratch\n", null), (alone.Text.Text, alone.ContextDirectory));
        DockerfileSource beside = await LoadAsync("app", "-", "FROM busybox\n");
        Assert.Equal(("FROM busybox\n", Path.Combine(_cli.Directory, "app")), (beside.Text.Text, beside.ContextDirectory));
    }

    [Theory]
    [InlineData("app", "Dockerfil", "no such Dockerfile: Dockerfil", "name it with --file")]
    [InlineData("app", "app/Dockerfle", "no such Dockerfile: app/Dockerfle", "did you mean '--file app/Dockerfile.dev'?")]
    [InlineData("app", null, "no such Dockerfile: app/Dockerfile", "did you mean '--file app/Dockerfile.dev'?")]
    [InlineData("app", "app", "--file names a directory: app", null)]
    [InlineData("nowhere", null, "no such build context: nowhere", null)]
    [InlineData("app/Dockerfile.dev", null, "the build context is not a directory: app/Dockerfile.dev", "did you mean '--file app/Dockerfile.dev .'?")]
    [InlineData("-", "-", "standard input can't be both the context and the Dockerfile", null)]
    public async Task What_is_missing_is_named_with_what_is_near(string context, string? file, string message, string? hint)
    {
        _cli.Write("app/Dockerfile.dev", "FROM scratch\n");
        CommandException e = await Assert.ThrowsAsync<CommandException>(() => LoadAsync(context, file));
        Assert.Equal((message, hint), (e.Message, e.Hint));
    }

    [Fact]
    public async Task A_file_beyond_the_cap_is_refused()
    {
        _cli.Write("huge", new string('#', (4 << 20) + 1));
        CommandException huge = await Assert.ThrowsAsync<CommandException>(() => LoadAsync(".", "huge"));
        Assert.Equal("huge is larger than 4 MiB, the limit for a Dockerfile", huge.Message);
    }

    private Task<DockerfileSource> LoadAsync(string context, string? file = null, string input = "") =>
        new DockerfileLoader(_cli.Environment, new MemoryStream(Encoding.UTF8.GetBytes(input))).LoadAsync(context, file, CancellationToken.None);
}
