using System.Collections.Immutable;
using Builder.Oci.Images;

namespace Builder.Graph.Tests.Lowering;

public class MetadataTests
{
    private static readonly ImageConfig WithCommand = Lowered.Image(new ContainerConfig { Cmd = ["inherited"], Entrypoint = ["old"] });

    private static ContainerConfig Config(string lines) => Lowered.From("FROM base\n" + lines, images: ("base", WithCommand)).Config;

    [Fact]
    public void Entrypoint_forgets_the_command_of_the_base_but_not_one_of_its_own_stage()
    {
        Assert.Null(Config("ENTRYPOINT [\"e\"]").Cmd);
        Assert.Equal(["own"], Config("CMD [\"own\"]\nENTRYPOINT [\"e\"]").Cmd!.Value);
        Assert.Null(Lowered.From("FROM scratch AS a\nCMD [\"c\"]\nFROM a\nENTRYPOINT [\"e\"]").Config.Cmd);
    }

    [Fact]
    public void Commands_are_wrapped_by_the_shell_of_their_line()
    {
        ContainerConfig config = Config("CMD a\nSHELL [\"/s\"]\nENTRYPOINT b");
        Assert.Equal(["/bin/sh", "-c", "a"], config.Cmd!.Value);
        Assert.Equal(["/s", "b"], config.Entrypoint!.Value);
        Assert.True(config.ArgsEscaped);
    }

    [Fact]
    public void Empty_lists_clear()
    {
        ContainerConfig config = Config("CMD []\nENTRYPOINT []");
        Assert.Empty(config.Cmd!.Value);
        Assert.Empty(config.Entrypoint!.Value);
    }

    [Fact]
    public void Env_replaces_in_place_and_appends_what_is_new()
    {
        ContainerConfig config = Config("ENV A=1 B=2\nENV A=3 $B=x\nENV \"C D\"=\"e f\"");
        Assert.Equal(["A=3", "B=2", "2=x", "C D=e f"], config.Env!.Value.Skip(1));
    }

    [Fact]
    public void Labels_of_the_command_line_come_last()
    {
        var lowered = Lowered.From(
            "FROM base\nLABEL a=1 b=\"x y\"\nLABEL c=$V", request => request with { Labels = request.Labels.Add("a", "2").Add("z", "") }, ("base", Lowered.Image(new() { Labels = ImmutableSortedDictionary<string, string>.Empty.Add("k", "v") })));
        Assert.Equal(["a=2", "b=x y", "c=", "k=v", "z="], lowered.Config.Labels!.Select(p => $"{p.Key}={p.Value}"));
    }

    [Fact]
    public void Ports_are_expanded_split_and_collected()
    {
        ContainerConfig config = Config("ENV P=\"80 90/UDP\"\nEXPOSE $P 7000-7002/sctp 127.0.0.1:1:2 5:6 [::1]:8:9 1-2:3");
        Assert.Equal(["2/tcp", "3/tcp", "6/tcp", "7000/sctp", "7001/sctp", "7002/sctp", "80/tcp", "9/tcp", "90/udp"], config.ExposedPorts!);
    }

    [Theory]
    [InlineData("80/http", "'http' is not a protocol")]
    [InlineData("70000", "'70000' is not a port number (0 to 65535)")]
    [InlineData("9-8", "the range '9-8' ends before it begins")]
    [InlineData("/tcp", "a port number is missing")]
    [InlineData("1-", "a port number is missing")]
    [InlineData("1-3:1-2", "the ranges of host and container ports differ in length")]
    [InlineData("x:1:2", "'x' is not an IP address")]
    [InlineData("y:2", "'y' is not a port number (0 to 65535)")]
    public void A_port_that_is_none_is_pointed_at(string word, string problem)
    {
        var lowered = Lowered.From($"FROM scratch\nEXPOSE 80 {word}");
        Assert.Equal(("BLD2202", word, "write port[-port][/tcp|/udp|/sctp]"), lowered.SingleError());
        Assert.Equal($"'{word}' can't be exposed: {problem}", lowered.Errors.Single().Message);
    }

    [Fact]
    public void Volumes_are_a_set()
    {
        Assert.Equal(["/a", "/b c"], Config("ENV A=/a\nVOLUME $A\nVOLUME [\"/b c\", \"$A\"]").Volumes!);
        Assert.Equal(("BLD2206", "$E", null), Lowered.From("FROM scratch\nARG E\nVOLUME /a $E").SingleError());
    }

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("term")]
    [InlineData("SIGRTMIN+3")]
    [InlineData("9")]
    public void Stop_signals_are_stored_as_written(string signal) => Assert.Equal(signal, Config("ARG S=" + signal + "\nSTOPSIGNAL $S").StopSignal);

    [Theory]
    [InlineData("SIGTREM", "did you mean 'SIGTERM'?")]
    [InlineData("HUPP", "did you mean 'SIGHUP'?")]
    [InlineData("0", "write a name such as SIGTERM or a number from 1 to 64")]
    public void A_signal_that_is_none_gets_the_nearest(string signal, string hint) =>
        Assert.Equal(("BLD2203", signal, hint), Lowered.From("FROM scratch\nSTOPSIGNAL " + signal).SingleError());

    [Fact]
    public void A_health_check_is_stored_with_nanoseconds()
    {
        var expected = new Healthcheck
        {
            Test = ["CMD-SHELL", "a $B"],
            Interval = 90_000_000_000,
            Timeout = 1_500_000_000,
            StartPeriod = 0,
            StartInterval = 1_000_000,
            Retries = 3,
        };
        Assert.Equal(expected, Config("HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0s --start-interval=1ms --retries=3 CMD a $B").Healthcheck);
        Assert.Equal(new Healthcheck { Test = ["CMD", "a"] }, Config("HEALTHCHECK CMD [\"a\"]").Healthcheck);
        Assert.Equal(new Healthcheck { Test = ["NONE"] }, Config("HEALTHCHECK CMD a\nHEALTHCHECK NONE").Healthcheck);
    }

    [Theory]
    [InlineData("--interval=5", "BLD2204", "5")]
    [InlineData("--timeout=abc", "BLD2204", "abc")]
    [InlineData("--start-period=1us", "BLD2204", "1us")]
    [InlineData("--start-interval=-1s", "BLD2204", "-1s")]
    [InlineData("--retries=-1", "BLD2205", "-1")]
    [InlineData("--retries=many", "BLD2205", "many")]
    public void Health_check_options_are_checked(string option, string code, string culprit)
    {
        (string found, string text, _) = Lowered.From($"FROM scratch\nHEALTHCHECK {option} CMD a").SingleError();
        Assert.Equal((code, culprit), (found, text));
    }

    [Fact]
    public void The_maintainer_is_the_author()
    {
        var lowered = Lowered.From("FROM scratch\nMAINTAINER Me <me@example.com>");
        Assert.Equal("Me <me@example.com>", lowered.Build.Image.Author);
    }

    [Fact]
    public void A_working_directory_at_the_root_makes_no_layer()
    {
        var lowered = Lowered.From("FROM scratch\nWORKDIR /a\nWORKDIR ..");
        Assert.Equal("/", lowered.Config.WorkingDir);
        Assert.NotNull(lowered.Build.History[0].Vertex);
        Assert.Null(lowered.Build.History[1].Vertex);
    }

    [Fact]
    public void A_variable_whose_name_expands_to_nothing_is_an_error() =>
        Assert.Equal("BLD2201", Lowered.From("FROM scratch\nENV \"$NONE\"=x").SingleError().Code);

    [Fact]
    public void A_label_whose_name_expands_to_nothing_is_kept_with_a_warning()
    {
        var lowered = Lowered.From("FROM scratch\nLABEL \"$NONE\"=x");
        Assert.Empty(lowered.Errors);
        Assert.Contains(lowered.Warnings, warning => warning.Code == "BLD2201");
        Assert.Equal("x", Config("LABEL \"$NONE\"=x").Labels![""]);
    }
}
