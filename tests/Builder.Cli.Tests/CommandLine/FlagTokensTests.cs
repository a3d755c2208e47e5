using System.CommandLine;
using Builder.Cli.CommandLine;

namespace Builder.Cli.Tests.CommandLine;

public sealed class FlagTokensTests
{
    private static readonly Option[] Options =
    [
        Flags.Switch("--rm", ""), Flags.Switch("--interactive", "", "-i"), Flags.Switch("--tty", "", "-t"), Flags.Many("--env", "", "-e"),
        Flags.Text("--volume", "", "-v"),
    ];

    [Theory]
    [InlineData("-it busybox", "--interactive --tty -- busybox")]
    [InlineData("-itv /a:/b busybox", "--interactive --tty --volume=/a:/b -- busybox")]
    [InlineData("-eA=b -e=C=d busybox", "--env=A=b --env=C=d -- busybox")]
    [InlineData("--env --rm busybox", "--env=--rm -- busybox")]
    [InlineData("--rm=0 --interactive=T busybox", "--rm=false --interactive=true -- busybox")]
    [InlineData("busybox -e x --rm", "-- busybox -e x --rm")]
    [InlineData("--rm -- --odd-image -x", "--rm -- --odd-image -x")]
    [InlineData("- x", "-- - x")]
    public void Flags_are_read_as_docker_reads_them(string typed, string expected) =>
        Assert.Equal(expected.Split(' '), FlagTokens.Rewrite(typed.Split(' '), Options, stopAtFirstOperand: true));

    [Fact]
    public void An_empty_value_stays_a_value() => Assert.Equal(["--volume", "", "--"], FlagTokens.Rewrite(["--volume="], Options, stopAtFirstOperand: true));

    [Fact]
    public void Flags_may_follow_operands_where_nothing_belongs_to_them() =>
        Assert.Equal(["--rm", "--", ".", "b"], FlagTokens.Rewrite([".", "--rm", "b"], Options, stopAtFirstOperand: false));

    [Theory]
    [InlineData("--evn A=b", "unknown flag: --evn", "did you mean --env?")]
    [InlineData("--something", "unknown flag: --something", null)]
    [InlineData("-x", "unknown shorthand flag: 'x' in -x", null)]
    [InlineData("-ix", "unknown shorthand flag: 'x' in -ix", null)]
    [InlineData("--env", "flag needs an argument: --env", null)]
    [InlineData("-ie", "flag needs an argument: 'e' in -ie", null)]
    [InlineData("--rm=perhaps", "invalid argument \"perhaps\" for \"--rm\" flag: expected true or false", null)]
    public void A_wrong_flag_is_a_usage_error(string typed, string message, string? hint)
    {
        CommandException e = Assert.Throws<CommandException>(() => FlagTokens.Rewrite(typed.Split(' '), Options, stopAtFirstOperand: false));
        Assert.Equal((message, hint, (ExitCode?)ExitCode.Refused), (e.Message, e.Hint, e.ExitCode));
    }

    [Theory]
    [InlineData("a,b", "a|b")]
    [InlineData("", "")]
    [InlineData("a,", "a|")]
    [InlineData("type=tar,\"dest=a,b.tar\"", "type=tar|dest=a,b.tar")]
    [InlineData("\"say \"\"hi\"\"\",x", "say \"hi\"|x")]
    public void Comma_separated_values_may_be_quoted(string text, string expected) => Assert.Equal(expected.Split('|'), CommaSeparated.Fields(text));

    [Theory]
    [InlineData("\"a")]
    [InlineData("a\"b")]
    [InlineData("\"a\"b")]
    public void A_misplaced_quotation_mark_is_refused(string text) => Assert.Throws<CommandException>(() => CommaSeparated.Fields(text));
}
