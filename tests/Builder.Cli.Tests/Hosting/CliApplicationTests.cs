using System.Collections.Immutable;
using Builder.Cli.Hosting;
using Builder.Cli.Tests.Harness;

namespace Builder.Cli.Tests.Hosting;

public sealed class CliApplicationTests : IDisposable
{
    private readonly TestCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData(1, "builder: 'bild' is not a builder command\nhint: did you mean 'builder build'?\n", "bild")]
    [InlineData(1, "builder: 'xyzzy' is not a builder command\nhint: see 'builder --help'\n", "xyzzy")]
    [InlineData(1, "builder: 'image foo' is not a builder command\nhint: see 'builder --help'\n", "image", "foo")]
    [InlineData(1, "builder: 'builder build' requires an argument\nhint: see 'builder build --help'\n", "build")]
    [InlineData(1, "builder: 'builder image build' accepts at most 1 argument\nhint: see 'builder image build --help'\n", "image", "build", "a", "b")]
    [InlineData(1, "builder: 'builder tag' requires 2 arguments\nhint: see 'builder tag --help'\n", "tag", "a")]
    [InlineData(1, "builder: 'builder run' requires an argument\nhint: see 'builder run --help'\n", "run", "--rm")]
    [InlineData(125, "builder: unknown flag: --nope\n", "images", "--nope")]
    [InlineData(125, "builder: unknown flag: --nope\n", "--nope")]
    [InlineData(1, "builder: invalid filter \"colour\"\nhint: known are reference, dangling, label, before, since\n", "images", "-f", "colour=red")]
    [InlineData(1, "builder: no such build context: nowhere\n", "build", "nowhere")]
    public void A_wrong_command_line_is_one_message_and_dockers_exit_code(int code, string error, params string[] arguments)
    {
        Assert.Equal(code, _cli.Run(arguments));
        Assert.Equal((error, ""), (_cli.Error, _cli.Output));
    }

    [Fact]
    public void Help_is_printed_for_the_program_groups_and_commands()
    {
        Assert.Equal(0, _cli.Run("--help"));
        Assert.Contains("build ", _cli.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("unshare", _cli.Output, StringComparison.Ordinal);
        foreach (string[] arguments in new string[][] { [], ["-h"], ["image"], ["image", "--help"], ["buildx", "build", "--help"], ["run", "--help"], ["images", "-h"] })
        {
            using var cli = new TestCli();
            Assert.Equal(0, cli.Run(arguments));
            Assert.Contains("Usage:", cli.Output, StringComparison.Ordinal);
            Assert.Equal("", cli.Error);
        }
    }

    [Fact]
    public void What_handles_image_files_goes_through_a_session_with_the_same_command_line()
    {
        using var outside = new TestCli(insideSession: false);
        outside.Write("Dockerfile", "FROM scratch\n");
        Assert.Equal(FakeSessions.ExitCodeInside, outside.Run("--root", "x", "build", "-t", "a", "."));
        Assert.Equal(["--root", "x", "build", "-t", "a", "."], outside.Sessions.Restarted);
    }

    [Fact]
    public void A_wrong_command_line_starts_no_session()
    {
        using var outside = new TestCli(insideSession: false);
        Assert.Equal(125, outside.Run("build", "-t", "Upper", "."));
        Assert.Null(outside.Sessions.Restarted);
    }

    [Fact]
    public void Version_is_printed_however_it_is_asked_for()
    {
        foreach (string[] arguments in new string[][] { ["version"], ["--version"], ["-v"] })
        {
            using var cli = new TestCli();
            Assert.Equal(0, cli.Run(arguments));
            Assert.StartsWith("builder version 0.1.0 (linux/", cli.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Info_says_what_is_wrong_and_what_would_fix_it()
    {
        Assert.Equal(0, _cli.Run("info"));
        Assert.Contains("Isolation: none that works\n", _cli.Output, StringComparison.Ordinal);
        Assert.EndsWith(
            "Builds and containers: do not work: user namespaces are switched off\nTo fix it: sysctl kernel.unprivileged_userns_clone=1\n", _cli.Output, StringComparison.Ordinal);
        using var formatted = new TestCli();
        Assert.Equal(0, formatted.Run("info", "--format", "{{.Works}} {{.Kernel}}"));
        Assert.Equal("false 6.1\n", formatted.Output);
    }

    [Fact]
    public void A_Dockerfile_with_errors_is_told_with_its_place_and_ends_with_one()
    {
        _cli.Write("Dockerfile", "FROM scratch\nCOPPY a b\n");
        Assert.Equal(1, _cli.Run("build", "."));
        Assert.Contains("Dockerfile:2:1: error", _cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_base_image_is_underlined_and_the_reason_told()
    {
        _cli.Write("Dockerfile", "\nFROM nosuch:1\n");
        Assert.Equal(1, _cli.Run("build", "--progress=plain", "."));
        Assert.EndsWith(
            "Dockerfile:2:6: error BLD4001: there is no registry in tests\n 2 | FROM nosuch:1\n   |      ^~~~~~~~\n",
            _cli.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_from_a_misspelt_stage_is_taken_for_an_image_and_the_stage_suggested()
    {
        _cli.Write("Dockerfile", "FROM scratch AS build\nFROM scratch\nCOPY --from=biuld /a /b\n");
        Assert.Equal(1, _cli.Run("build", "-q", "."));
        Assert.Equal(
            "Dockerfile:3:13: error BLD4001: there is no registry in tests\n"
            + " 3 | COPY --from=biuld /a /b\n   |             ^~~~~\nhint: did you mean the stage 'build'?\n",
            _cli.Error);
    }

    [Fact]
    public void The_graph_is_printed_without_building()
    {
        _cli.Write("Dockerfile", "FROM scratch\nCOPY a \"/b\\\"c\"\n");
        Assert.Equal(0, _cli.Run("build", "--print-graph=dot", "-q", "."));
        Assert.StartsWith("digraph", _cli.Output, StringComparison.Ordinal);
        Assert.Equal("", _cli.Error);
    }

    [Fact]
    public void An_unexpected_fault_is_told_without_a_stack_trace_unless_asked_for()
    {
        Exception fault = Assert.Throws<InvalidOperationException>(static void () => throw new InvalidOperationException("oops"));
        ExitCode code = new ErrorReporter(_cli.Terminal, debug: false, ExitCode.Failure).Report(fault);
        Assert.Equal(ExitCode.Failure, code);
        Assert.Equal(
            "builder: internal error: InvalidOperationException: oops\nhint: this is a fault of builder: run it again with BUILDER_DEBUG=1 for details and report it\n", _cli.Error);
        new ErrorReporter(_cli.Terminal, debug: true, ExitCode.Failure).Report(fault);
        Assert.Contains("   at ", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_store_is_where_flags_variables_and_the_home_directory_say()
    {
        var environment = new HostEnvironment(ImmutableDictionary<string, string>.Empty, "/work");
        Assert.Throws<CommandException>(() => StoreLocation.Resolve(null, environment));
        environment = environment with { Variables = environment.Variables.Add("HOME", "/home/me") };
        Assert.Equal("/home/me/.local/share/builder", StoreLocation.Resolve(null, environment));
        environment = environment with { Variables = environment.Variables.Add("XDG_DATA_HOME", "/data") };
        Assert.Equal("/data/builder", StoreLocation.Resolve(null, environment));
        environment = environment with { Variables = environment.Variables.SetItem("XDG_DATA_HOME", "relative") };
        Assert.Equal("/home/me/.local/share/builder", StoreLocation.Resolve(null, environment));
        environment = environment with { Variables = environment.Variables.Add("BUILDER_ROOT", "own") };
        Assert.Equal("/work/own", StoreLocation.Resolve(null, environment));
        Assert.Equal("/else", StoreLocation.Resolve("/else", environment));
    }
}
