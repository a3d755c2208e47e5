using Builder.Graph.Operations;
using Builder.Oci.Images;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Graph.Tests.Lowering;

/// <summary>Rules of the language that other engines often get wrong, one test a rule, each seen in what is built.</summary>
public class ReferenceRowTests
{
    [Fact]
    public void Directives_end_at_the_first_line_that_is_none() =>
        Assert.Equal("a `b", Shell("# a comment\n# escape=`\nFROM scratch\nRUN a `b"));

    [Fact]
    public void A_comment_inside_a_continued_instruction_is_removed_and_does_not_end_it() =>
        Assert.Equal("a   b", Shell("FROM scratch\nRUN a \\\n# gone \\\n  b"));

    [Fact]
    public void A_blank_line_inside_a_continued_instruction_does_not_end_it() =>
        Assert.Equal("a b", Shell("FROM scratch\nRUN a \\\n\n\nb"));

    [Fact]
    public void A_doubled_escape_character_ends_the_line() =>
        Assert.Equal("a \\\\", Shell("FROM scratch\nRUN a \\\\\nUSER x"));

    [Fact]
    public void A_list_in_single_quotes_is_a_shell_form() => Assert.Equal("[ 'a', 'b' ]", Shell("FROM scratch\nRUN [ 'a', 'b' ]"));

    [Fact]
    public void A_list_with_words_behind_it_is_a_shell_form() => Assert.Equal("[\"a\"] b", Shell("FROM scratch\nRUN [\"a\"] b"));

    [Fact]
    public void One_bare_word_among_pairs_is_an_error() =>
        Assert.Contains(Parse("FROM scratch\nENV a=b c"), d => d.Code == DiagnosticCodes.MissingEqualsSign);

    [Fact]
    public void A_repeated_flag_is_an_error_but_for_mount_exclude_and_device()
    {
        Assert.Contains(Parse("FROM scratch\nCOPY --chown=1 --chown=1 a b"), d => d.Code == DiagnosticCodes.RepeatedFlag);
        Assert.Empty(Parse("FROM scratch\nCOPY --exclude=a --exclude=b a b\nRUN --mount=type=tmpfs,target=/a --mount=type=tmpfs,target=/b x"));
    }

    [Fact]
    public void Env_pairs_of_one_line_see_the_values_before_the_line() =>
        Assert.Equal(["A=new", "B=old"], Config("FROM scratch\nENV A=old\nENV A=new B=$A").Env!.Value.Where(e => e[1] == '='));

    [Fact]
    public void Arg_pairs_of_one_line_see_those_before_them() =>
        Assert.Contains("B=new", Run("FROM scratch\nARG A=new B=$A\nRUN x").Environment);

    [Fact]
    public void An_arg_below_an_env_overrides_it_for_run_only()
    {
        var lowered = Lowered.From("FROM scratch\nENV A=env\nARG A=arg\nRUN x");
        Assert.Contains("A=arg", lowered.Runs[0].Environment);
        Assert.Contains("A=env", lowered.Config.Env!.Value);
    }

    [Fact]
    public void A_default_in_a_stage_wins_over_the_global_value() =>
        Assert.Contains("A=stage", Run("ARG A=global\nFROM scratch\nARG A=stage\nRUN x").Environment);

    [Fact]
    public void A_command_depends_on_an_argument_it_does_not_name()
    {
        ExecOperation first = Run("FROM scratch\nARG A\nRUN x", ("A", "1"));
        Assert.NotEqual(first, Run("FROM scratch\nARG A\nRUN x", ("A", "2")));
        Assert.Equal(Run("FROM scratch\nARG A\nRUN x"), Run("FROM scratch\nRUN x"));
    }

    [Fact]
    public void An_argument_declared_twice_stands_once_in_history_at_its_first_place() =>
        Assert.Contains("RUN |2 A=3 B=2 /bin/sh -c x # buildkit", Lowered.From("FROM scratch\nARG A=1 B=2\nARG A=3\nRUN x").History);

    [Fact]
    public void A_stage_has_the_arguments_of_the_stage_it_is_built_on() =>
        Assert.Contains("A=1", Run("FROM scratch AS a\nARG A=1\nFROM a\nRUN x").Environment);

    [Theory]
    [InlineData("BUILDKIT_SBOM_SCAN_STAGE")]
    [InlineData("BUILDKIT_SBOM_SCAN_CONTEXT")]
    public void What_is_to_be_scanned_never_becomes_environment(string name) =>
        Assert.DoesNotContain(Run($"FROM scratch\nARG {name}=true\nRUN x").Environment, e => e.StartsWith(name, StringComparison.Ordinal));

    [Theory]
    [InlineData("FROM scratch\nARG TARGETSTAGE\nRUN x", null, "default")]
    [InlineData("FROM scratch AS Last\nARG TARGETSTAGE\nRUN x", null, "last")]
    [InlineData("FROM scratch AS a\nARG TARGETSTAGE\nRUN x\nFROM scratch AS b", "a", "a")]
    public void The_target_stage_is_an_argument(string dockerfile, string? target, string expected) =>
        Assert.Contains($"TARGETSTAGE={expected}", Lowered.From(dockerfile, r => r with { Target = target }).Runs[0].Environment);

    [Fact]
    public void A_command_of_the_base_is_lost_to_entrypoint_but_one_of_the_stage_is_not()
    {
        var image = Lowered.Image(new ContainerConfig { Cmd = ["base"] });
        Assert.Null(Lowered.From("FROM b\nENTRYPOINT [\"e\"]", null, ("b", image)).Config.Cmd);
        Assert.Equal(["own"], Lowered.From("FROM b\nCMD [\"own\"]\nENTRYPOINT [\"e\"]", null, ("b", image)).Config.Cmd!.Value);
    }

    [Fact]
    public void The_shell_of_its_line_wraps_a_command() =>
        Assert.Equal(["/a", "x"], Config("FROM scratch\nSHELL [\"/a\"]\nCMD x\nSHELL [\"/b\"]").Cmd!.Value);

    [Fact]
    public void Copy_from_a_repeated_stage_name_takes_the_last_in_the_file_even_when_that_is_too_late() =>
        Assert.Equal("BLD2010", Lowered.From("FROM scratch AS a\nFROM scratch AS b\nCOPY --from=a / /\nFROM scratch AS a\nFROM b").SingleError().Code);

    [Fact]
    public void Copy_from_finds_a_stage_by_index_and_whatever_the_case_of_its_name()
    {
        Assert.True(Lowered.From("FROM scratch AS a\nFROM scratch\nCOPY --from=0 / /").Copies[0].FromImage);
        Assert.Empty(Lowered.From("FROM scratch AS a\nFROM scratch\nCOPY --from=A / /").Asked);
    }

    [Theory]
    [InlineData("FROM scratch\nFROM 0")]
    [InlineData("FROM scratch\nFROM scratch\nRUN --mount=from=0,target=/x y")]
    public void A_number_in_from_or_in_a_mount_is_an_image(string dockerfile) =>
        Assert.Equal("0:latest", Assert.Single(Lowered.From(dockerfile).Asked).Reference.FamiliarName);

    [Fact]
    public void A_trigger_is_not_inherited_by_grandchildren() =>
        Assert.Empty(Lowered.From("FROM scratch AS a\nONBUILD RUN x\nFROM a AS b\nFROM b").Build.Image.Config.OnBuild ?? []);

    [Fact]
    public void Ports_are_a_sorted_set_with_lower_case_protocols() =>
        Assert.Equal(["53/udp", "80/tcp", "81/tcp"], Config("FROM scratch\nEXPOSE 80-81 53/UDP\nEXPOSE 80").ExposedPorts!);

    [Fact]
    public void An_onbuild_trigger_leaves_no_history() => Assert.Empty(Lowered.From("FROM scratch\nONBUILD RUN x").History);

    private static string Shell(string dockerfile) => Lowered.From(dockerfile).Runs[0].Arguments[^1];

    private static ContainerConfig Config(string dockerfile) => Lowered.From(dockerfile).Config;

    private static ExecOperation Run(string dockerfile, params (string Name, string Value)[] arguments) =>
        Lowered.From(dockerfile, Lowered.Arguments(arguments)).Runs[0];

    private static SyntaxList<Diagnostic> Parse(string dockerfile) => Lowered.Request(dockerfile).Parsed.Diagnostics;
}
