using System.Collections.Immutable;
using System.CommandLine;
using Builder.Cli.CommandLine;
using Builder.Cli.Containers;
using Builder.Cli.Hosting;
using Builder.Cli.Tests.Harness;
using Builder.Sandbox.Plans;

namespace Builder.Cli.Tests.Containers;

public sealed class RunGrammarTests
{
    private static readonly HostEnvironment Environment = new(ImmutableDictionary<string, string>.Empty.Add("CALLER", "c"), "/work");

    [Fact]
    public void Every_named_option_reaches_the_arguments()
    {
        RunArguments arguments = Read(
            "--rm", "-it", "-eA=1", "--env", "CALLER", "-e", "UNSET", "-w", "/srv", "-u", "app:app", "-v", "./data:/data:ro", "--mount", "type=bind,source=/etc,target=/e,readonly",
            "--mount", "type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=700", "--tmpfs", "/run:size=64k,mode=755,noexec", "--entrypoint", "", "--name", "box", "--network", "none",
            "-h", "me", "--add-host", "db:10.0.0.1", "--read-only", "--label", "a=b", "--pull", "never", "--cidfile", "cid", "--shm-size", "1g", "--group-add", "audio",
            "busybox", "sh", "-c", "echo --rm");
        Assert.Equal(("busybox", PullPolicy.Never, "cid"), (arguments.Image, arguments.Pull, arguments.CidFile));
        var options = arguments.Options;
        Assert.Equal(["sh", "-c", "echo --rm"], options.Arguments);
        Assert.Equal(["A=1", "CALLER=c"], options.Environment);
        Assert.Equal(("/srv", "app:app", "", "box", "me"), (options.WorkingDirectory, options.User, options.Entrypoint, options.Name, options.Hostname));
        Assert.True(options is { AutoRemove: true, Interactive: true, Terminal: true, ReadOnlyRoot: true, Network: SandboxNetwork.None, SharedMemoryBytes: 1L << 30 });
        Assert.Equal(
            [
                new BindMount("/work/data", "/data", ReadOnly: true), new BindMount("/etc", "/e", ReadOnly: true), new TmpfsMount("/t", 1 << 20, 0x1C0),
                new TmpfsMount("/run", 64 << 10, 0x1ED),
            ],
            options.Mounts);
        Assert.Equal(["/work/data"], arguments.BindSources);
        Assert.Equal(["db=10.0.0.1"], options.ExtraHosts);
        Assert.Equal(["audio"], options.ExtraGroups);
    }

    [Theory]
    [InlineData("named volumes are not supported yet: data", "-v", "data:/data")]
    [InlineData("anonymous volumes are not supported yet: /data", "-v", "/data")]
    [InlineData("invalid mount \"a/b:c\": the path in the container must be absolute", "-v", "a/b:c")]
    [InlineData("invalid volume \"/a:/b:zz\": unknown option 'zz'", "-v", "/a:/b:zz")]
    [InlineData("invalid mount \"type=bind,source=/etc\": target is missing", "--mount", "type=bind,source=/etc")]
    [InlineData("invalid mount \"type=bind,target=/x\": source is missing", "--mount", "type=bind,target=/x")]
    [InlineData("invalid mount \"type=bind,source=/etc,target=/x,readonly=yes\": readonly is true or false, not 'yes'", "--mount", "type=bind,source=/etc,target=/x,readonly=yes")]
    [InlineData("invalid mount \"type=bind,source=/etc,target=/x,bind-propagation=rshared\": the mounts of a container are its own: bind-propagation=rshared is not supported", "--mount", "type=bind,source=/etc,target=/x,bind-propagation=rshared")]
    [InlineData("bind source path does not exist: /no/such", "--mount", "type=bind,source=/no/such,target=/x")]
    [InlineData("volumes are not supported yet: use --mount type=bind or type=tmpfs", "--mount", "target=/x")]
    [InlineData("invalid mount \"type=tmpfs,target=/x,colour=red\": unknown key 'colour'", "--mount", "type=tmpfs,target=/x,colour=red")]
    [InlineData("invalid mount \"type=tmpfs,target=/x,tmpfs-mode=9\": '9' is not a mode", "--mount", "type=tmpfs,target=/x,tmpfs-mode=9")]
    [InlineData("invalid mount \"/\": the root can't be mounted over", "--tmpfs", "/")]
    [InlineData("network mode \"bridge\" is not supported", "--network", "bridge")]
    [InlineData("the working directory 'srv' is invalid, it needs to be an absolute path", "-w", "srv")]
    [InlineData("invalid --pull \"sometimes\": expected missing, never or always", "--pull", "sometimes")]
    [InlineData("invalid environment variable: =x", "-e", "=x")]
    [InlineData("--init is not supported yet", "--init", "--rm")]
    public void What_makes_no_sense_is_refused(string message, string flag, string value)
    {
        CommandException e = Assert.Throws<CommandException>(() => Read(flag, value, "busybox"));
        Assert.Equal(message, e.Message);
        Assert.Equal((ExitCode?)ExitCode.Refused, e.ExitCode);
    }

    [Fact]
    public void Environment_files_have_comments_and_bare_names_but_no_quotes()
    {
        using var cli = new TestCli();
        cli.Write("env", "# comment\nA=1\n\nB=\"quoted\" # kept\nHOME\nUNSET\n  C=3\n");
        Assert.Equal(["A=1", "B=\"quoted\" # kept", "HOME=" + cli.Directory, "C=3"], EnvironmentFile.Read("env", cli.Environment));
        cli.Write("bad", "A=1\nB C=2\n");
        Assert.Equal("bad:2: variable 'B C' contains whitespace", Assert.Throws<CommandException>(() => EnvironmentFile.Read("bad", cli.Environment)).Message);
        Assert.Throws<CommandException>(() => EnvironmentFile.Read("missing", cli.Environment));
    }

    [Fact]
    public void A_terminal_is_refused_when_standard_input_is_none()
    {
        using var cli = new TestCli();
        Assert.Equal(1, cli.Run("run", "-it", "busybox"));
        Assert.StartsWith("builder: the input device is not a TTY\n", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_is_nowhere_ends_with_125()
    {
        using var cli = new TestCli();
        Assert.Equal(125, cli.Run("run", "nosuch"));
        Assert.StartsWith("Unable to find image 'nosuch:latest' locally\n", cli.Error, StringComparison.Ordinal);
        Assert.EndsWith("builder: there is no registry in tests\n", cli.Error, StringComparison.Ordinal);
        using var never = new TestCli();
        Assert.Equal(125, never.Run("run", "--pull=never", "nosuch"));
        Assert.Equal("builder: No such image: nosuch:latest\n", never.Error);
    }

    [Fact]
    public void A_container_id_file_that_exists_is_not_overwritten()
    {
        using var cli = new TestCli();
        string path = cli.Write("cid", "old");
        Assert.Equal(125, cli.Run("run", "--cidfile", "cid", "busybox"));
        Assert.Equal("old", File.ReadAllText(path));
    }

    private static RunArguments Read(params string[] arguments)
    {
        var grammar = new RunGrammar();
        var command = new Command("run");
        grammar.Declare(command);
        IReadOnlyList<string> tokens = FlagTokens.Rewrite(arguments, command.Options, grammar.StopsAtFirstOperand);
        var root = new RootCommand { command };
        return grammar.Read(root.Parse(["run", .. tokens], new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null }), Environment);
    }
}
