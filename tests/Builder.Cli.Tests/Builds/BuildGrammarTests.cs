using System.Collections.Immutable;
using System.CommandLine;
using Builder.Cli.Builds;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Cli.Terminals;
using Builder.Executor.Steps;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Sandbox.Plans;

namespace Builder.Cli.Tests.Builds;

public sealed class BuildGrammarTests
{
    private static readonly HostEnvironment Environment = new(
        ImmutableDictionary<string, string>.Empty.Add("FROM_CALLER", "its value").Add("EMPTY", ""), "/work");

    [Fact]
    public void Every_named_option_reaches_the_arguments()
    {
        BuildArguments arguments = Read(
            "-t", "app", "-tregistry.example:5000/team/app:1.2", "-f", "deploy/Dockerfile", "--target=release", "--build-arg", "A=1", "--build-arg", "FROM_CALLER",
            "--build-arg", "UNSET", "--build-arg", "EMPTY", "--label", "x=y=z", "--label", "bare", "--no-cache", "--pull", "--iidfile", "id", "--network", "none", "--add-host", "db:10.0.0.1",
            "--add-host", "v6=[::1]", "--add-host=host:host-gateway", "--jobs", "3", "--progress=plain", "ctx");
        Assert.Equal("ctx", arguments.Context);
        Assert.Equal(["app:latest", "registry.example:5000/team/app:1.2"], arguments.Tags.Select(t => t.FamiliarName));
        Assert.Equal(("deploy/Dockerfile", "release", "id"), (arguments.File, arguments.Target, arguments.IidFile));
        Assert.Equal(["A=1", "EMPTY=", "FROM_CALLER=its value"], arguments.BuildArgs.Select(a => $"{a.Key}={a.Value}"));
        Assert.Equal(["bare=", "x=y=z"], arguments.Labels.Select(a => $"{a.Key}={a.Value}"));
        Assert.True(arguments is { NoCache: true, Pull: true, Network: NetworkMode.None, Jobs: 3, Progress: ProgressMode.Plain, PrintGraph: null });
        Assert.Equal(["db=10.0.0.1", "v6=::1", "host=127.0.0.1"], arguments.ExtraHosts);
    }

    [Theory]
    [InlineData("--print-graph", GraphFormat.Text)]
    [InlineData("--print-graph=text", GraphFormat.Text)]
    [InlineData("--print-graph=dot", GraphFormat.Dot)]
    internal void The_graph_is_printed_as_asked(string flag, GraphFormat expected) => Assert.Equal(expected, Read(flag, ".").PrintGraph);

    [Theory]
    [InlineData("-q", ProgressMode.Quiet)]
    [InlineData("--quiet=false", ProgressMode.Auto)]
    [InlineData("--progress=none", ProgressMode.None)]
    [InlineData("--rm", ProgressMode.Auto)]
    internal void Progress_is_chosen_by_flags(string flag, ProgressMode expected) => Assert.Equal(expected, Read(flag, ".").Progress);

    [Theory]
    [InlineData("--squash", SquashScope.New)]
    [InlineData("--squash=new", SquashScope.New)]
    [InlineData("--squash=all", SquashScope.All)]
    [InlineData("--squash=false", SquashScope.None)]
    internal void Layers_are_merged_when_that_is_asked_for(string flag, SquashScope expected) => Assert.Equal(expected, Read(flag, ".").Squash);

    [Fact]
    public void What_docker_ignores_is_ignored_and_what_would_be_missed_is_warned_about()
    {
        BuildArguments arguments = Read("--rm", "--force-rm", "--compress", "--provenance=false", "-c", "2", "--sbom=generator=x/y", ".");
        Assert.Equal(["--cpu-shares is not supported yet and has no effect", "--sbom: generator=x/y is not used: builder lists the software by itself"], arguments.Warnings);
    }

    [Theory]
    [InlineData("invalid image name 'App': the repository must be lower case", "-t", "App", ".")]
    [InlineData("invalid tag \"a@sha256:0000000000000000000000000000000000000000000000000000000000000000\": a name to be given can't have a digest", "-t", "a@sha256:0000000000000000000000000000000000000000000000000000000000000000", ".")]
    [InlineData("invalid --squash \"some\"", "--squash=some", ".")]
    [InlineData("network mode \"bridge\" is not supported", "--network", "bridge", ".")]
    [InlineData("invalid --jobs \"0\": expected a number from 1", "--jobs", "0", ".")]
    [InlineData("invalid --add-host \"db\": expected host:ip", "--add-host", "db", ".")]
    [InlineData("invalid --add-host \"db:nowhere\": 'nowhere' is not an IP address", "--add-host", "db:nowhere", ".")]
    [InlineData("invalid --build-arg \"=x\": the name is missing", "--build-arg", "=x", ".")]
    [InlineData("--progress=tty needs a terminal on standard error", "--progress=tty", ".")]
    [InlineData("invalid --progress \"loud\": expected auto, plain, tty, quiet or none", "--progress=loud", ".")]
    [InlineData("platform windows/amd64 is not supported: images for linux are built, and no others", "--platform", "linux/amd64,windows/amd64", ".")]
    [InlineData("invalid boolean value for build-arg BUILDKIT_MULTI_PLATFORM: maybe", "--build-arg", "BUILDKIT_MULTI_PLATFORM=maybe", ".")]
    [InlineData("platform plan9/mips is not supported: images for linux are built, and no others", "--platform", "plan9/mips", ".")]
    [InlineData("invalid --platform: 'a/b/c/d' is not a platform: expected os/arch[/variant]", "--platform", "a/b/c/d", ".")]
    [InlineData("invalid --build-context \"x\": expected name=value", "--build-context", "x", ".")]
    [InlineData("invalid --build-context \"scratch=.\": the name 'scratch' is reserved", "--build-context", "scratch=.", ".")]
    [InlineData("invalid --build-context \"context:latest=.\": the name 'context:latest' is reserved", "--build-context", "context:latest=.", ".")]
    [InlineData("invalid --build-context \"A=.\": 'A' can't be the name of a context", "--build-context", "A=.", ".")]
    [InlineData("invalid --secret \"id=x\": there is no file /work/x", "--secret", "id=x", ".")]
    [InlineData("invalid --secret \"src=x\": the id is missing", "--secret", "src=x", ".")]
    [InlineData("invalid --secret \"id=x,type=vault\": there is no type 'vault'", "--secret", "id=x,type=vault", ".")]
    [InlineData("invalid --secret \"id=x,from=y\": there is no key 'from'", "--secret", "id=x,from=y", ".")]
    [InlineData("invalid --secret \"x\": 'x' has no value", "--secret", "x", ".")]
    [InlineData("invalid --secret \"id=x,src=/dev\": /dev is a directory", "--secret", "id=x,src=/dev", ".")]
    [InlineData("invalid --ssh \"default\": no agent runs: SSH_AUTH_SOCK is not set", "--ssh", "default", ".")]
    [InlineData("invalid --ssh \"k=nowhere\": there is no file /work/nowhere", "--ssh", "k=nowhere", ".")]
    [InlineData("invalid --ulimit \"nofiles=1\": there is no limit 'nofiles'", "--ulimit", "nofiles=1", ".")]
    [InlineData("invalid --ulimit \"nofile=2:1\": the soft limit is above the hard one", "--ulimit", "nofile=2:1", ".")]
    [InlineData("invalid --ulimit \"nofile\": the value is missing", "--ulimit", "nofile", ".")]
    [InlineData("invalid --ulimit \"nofile=many\": 'many' is not a number", "--ulimit", "nofile=many", ".")]
    [InlineData("invalid --shm-size \"big\": expected a size such as 64m", "--shm-size", "big", ".")]
    [InlineData("invalid --allow \"network\": there is no such entitlement", "--allow", "network", ".")]
    [InlineData("invalid --add-host \"a b:1.2.3.4\": the name can't hold blanks or '#'", "--add-host", "a b:1.2.3.4", ".")]
    [InlineData("invalid --add-host \"a:1\": '1' is not an IP address", "--add-host", "a:1", ".")]
    [InlineData("--policy is not supported yet", "--policy", "x", ".")]
    [InlineData("invalid --print-graph \"svg\": expected text or dot", "--print-graph=svg", ".")]
    [InlineData("only one --output can go to standard output", "-o", "-", "-o", "type=oci,dest=-", ".")]
    public void A_value_that_makes_no_sense_is_a_usage_error(string message, params string[] arguments)
    {
        CommandException e = Assert.Throws<CommandException>(() => Read(arguments));
        Assert.Equal(message.Replace("{0}", Oci.Platform.Current.ToString(), StringComparison.Ordinal), e.Message);
        Assert.Equal((ExitCode?)ExitCode.Refused, e.ExitCode);
    }

    [Fact]
    public void Flags_for_steps_reach_them()
    {
        BuildArguments arguments = Read(
            "--secret", "id=FROM_CALLER", "--secret", "id=a,env=FROM_CALLER", "--secret", "id=b,type=env,src=EMPTY", "--secret", "type=env,id=UNSET",
            "--secret", "id=f,src=/proc/version", "--secret", "type=file,id=/proc/version", "--ssh", "k=/proc/version,/proc/uptime", "--shm-size=1g",
            "--ulimit", "nofile=5:6", "--ulimit", "nofile=7", "--ulimit=core=-1", "--allow", "network.host,security.insecure", "--no-cache-filter", "a, b", "--no-cache-filter=c", ".");
        Assert.Equal(
            ["/proc/version:SecretFile", "FROM_CALLER:SecretValue", "UNSET:UnsetVariable", "a:SecretValue", "b:SecretValue", "f:SecretFile"],
            arguments.Steps.Secrets.Select(s => $"{s.Key}:{s.Value.GetType().Name}").Order(StringComparer.Ordinal));
        Assert.Equal(new SshKeyFiles(["/proc/version", "/proc/uptime"]), arguments.Steps.SshAgents["k"]);
        Assert.Equal(1L << 30, arguments.Steps.SharedMemoryBytes);
        Assert.Equal([new("nofile", 7, 7, 7), new ResourceLimit("core", 4, ulong.MaxValue, ulong.MaxValue)], arguments.Steps.Limits);
        Assert.Equal([Entitlement.HostNetwork, Entitlement.Insecure], arguments.Entitlements);
        Assert.Equal(["a", "b", "c"], arguments.NoCacheStages.Order());
    }

    [Fact]
    public void The_own_platform_is_accepted_by_all_its_names()
    {
        Assert.Equal(".", Read("--platform", "local", ".").Context);
        Assert.Equal(".", Read("--platform", Oci.Platform.Current.ToString(), ".").Context);
    }

    [Fact]
    public void Attestations_are_off_until_they_are_asked_for()
    {
        Assert.Null(Read(".").Attestations);
        Assert.True(Read("--sbom", ".") is { MakesIndex: true, Attestations: { Sbom: true, Provenance: null } });
        Assert.True(Read("--sbom", "true", "--provenance", "mode=min", ".") is { Context: ".", Attestations: { Sbom: true, Provenance.IsFull: false } });
        Assert.True(Read("--provenance", ".").Attestations is { Sbom: false, Provenance: { IsFull: true, IsOldVersion: false } });
        Assert.Null(Read("--provenance=false", "--sbom", "false", ".").Attestations);
        Assert.True(Read("--attest", "type=provenance,mode=min,version=v0.2,builder-id=x,inline-only=true", "--attest", "type=sbom", "--sbom=false", ".").Attestations
            is { Sbom: false, Provenance: { IsOldVersion: true, BuilderId: "x", IsInlineOnly: true } });
        Assert.Null(Read("--attest", "type=provenance,disabled=true", ".").Attestations);
    }

    [Theory]
    [InlineData("--attest", "type=vex", "unknown type 'vex'")]
    [InlineData("--attest", "mode=min", "type is missing")]
    [InlineData("--progress=plain", "--provenance=mode=some", "invalid mode \"some\"")]
    [InlineData("--progress=plain", "--provenance=filename=../x", "invalid filename")]
    [InlineData("--progress=plain", "--sbom=colour=red", "unknown parameter 'colour'")]
    public void A_wrong_attestation_is_a_usage_error(string first, string second, string message)
    {
        CommandException e = Assert.Throws<CommandException>(() => Read(first, second, "."));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal((ExitCode?)ExitCode.Refused, e.ExitCode);
    }

    [Fact]
    public void Several_platforms_are_taken_each_once_in_their_order()
    {
        BuildArguments several = Read("--platform", "linux/arm64,linux/x86_64", "--platform=arm64,arm", ".");
        Assert.Equal(["linux/arm64", "linux/amd64", "linux/arm/v7"], several.Platforms.Select(p => p.ToString()));
        Assert.True(several is { MakesIndex: true, Platform: null });
        Assert.True(Read("--platform", "arm64", ".") is { MakesIndex: false, Platform.Architecture: "arm64" });
        Assert.True(Read("--build-arg", "BUILDKIT_MULTI_PLATFORM=1", ".").MakesIndex);
        Assert.False(Read("--build-arg", "BUILDKIT_MULTI_PLATFORM=false", ".").MakesIndex);
    }

    [Fact]
    public void Names_of_contexts_are_normalised() => Assert.Equal(
        [new("golang", "."), new("golang:1", "x=y"), new("example.com/a", "git://h/r"), new("app::linux/arm64", "d")],
        Read(
            "--build-context", "docker.io/library/golang:latest=.", "--build-context", "golang:1=x=y", "--build-context", "example.com/a=git://h/r",
            "--build-context", "app::linux/arm64=d", ".").BuildContexts);

    [Fact]
    public void Load_adds_the_store_to_other_outputs_and_nothing_to_none()
    {
        Assert.Empty(Read("--load", ".").Outputs);
        Assert.Equal([new DirectoryOutput("out"), new StoreOutput([])], Read("--load", "-o", "out", ".").Outputs);
        Assert.Equal([new StoreOutput([])], Read("--load", "-o", "type=docker", ".").Outputs);
    }

    private static BuildArguments Read(params string[] arguments)
    {
        using var terminal = new Terminal(Stream.Null, Stream.Null, Stream.Null);
        var grammar = new BuildGrammar(terminal);
        var command = new Command("build");
        grammar.Declare(command);
        IReadOnlyList<string> tokens = FlagTokens.Rewrite(arguments, command.Options, grammar.StopsAtFirstOperand);
        var root = new RootCommand { command };
        ParseResult parsed = root.Parse(["build", .. tokens], new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        Assert.Empty(parsed.Errors);
        return grammar.Read(parsed, Environment);
    }
}
