using Builder.Graph.Tests.Lowering;
using Builder.Parser.Diagnostics;

namespace Builder.Graph.Tests.Checks;

/// <summary>What directives, comments and the build argument do to checks.</summary>
public sealed class CheckSettingsTests
{
    [Theory]
    [InlineData("# check=skip=StageNameCasing\n", new[] { "JSONArgsRecommended" })]
    [InlineData("# check=skip=StageNameCasing,JSONArgsRecommended\n", new string[0])]
    [InlineData("#  CHECK = skip = all ; error=true\n", new string[0])]
    [InlineData("# check=error=true;skip=JSONArgsRecommended\n", new[] { "StageNameCasing" })]
    [InlineData("# syntax=docker/dockerfile:1\n# check=skip=all\n", new string[0])]
    [InlineData("# a comment\n# check=skip=all\n\n", new[] { "StageNameCasing", "JSONArgsRecommended" })]
    public void The_directive_skips_checks(string directive, string[] expected) =>
        Assert.Equal(expected, Checked.Build(directive + "FROM a AS Base\nCMD top").Findings.Select(finding => finding.Rule));

    [Fact]
    public void A_comment_skips_for_the_instruction_below_it_only()
    {
        Checked result = Checked.Build("FROM a\n# check=skip=LegacyKeyValueFormat\nENV a b\nENV c d\n# check=skip=all why not\nENV e f\n");
        Assert.Equal(["c d"], result.Of("LegacyKeyValueFormat"));
    }

    [Fact]
    public void A_second_command_is_skipped_above_either() =>
        Assert.Empty(Checked.Build("FROM a\nCMD [\"a\"]\n# check=skip=MultipleInstructionsDisallowed\nCMD [\"b\"]").Findings);

    [Fact]
    public void The_build_argument_takes_the_directive_s_place()
    {
        const string Text = "# check=skip=all\nFROM a AS Base";
        Assert.Equal(["Base"], Checked.Build(Text, Lowered.Arguments(("BUILDKIT_DOCKERFILE_CHECK", "error=true"))).Of("StageNameCasing"));
        Assert.True(Checked.Build(Text, Lowered.Arguments(("BUILDKIT_DOCKERFILE_CHECK", "error=true"))).Report.FailsBuild);
    }

    [Theory]
    [InlineData("# check=error=true\nFROM a AS Base", true)]
    [InlineData("# check=error=1\nFROM a AS Base", true)]
    [InlineData("# check=error=true\nFROM a AS base", false)]
    [InlineData("# check=error=false\nFROM a AS Base", false)]
    [InlineData("# check=error=true;skip=StageNameCasing\nFROM a AS Base", false)]
    public void Findings_stop_the_build_when_the_directive_says_so(string dockerfile, bool fails) =>
        Assert.Equal(fails, Checked.Build(dockerfile).Report.FailsBuild);

    [Theory]
    [InlineData("# check=skpi=all\nFROM a", "did you mean 'skip'?")]
    [InlineData("# check=all\nFROM a", "write skip=NAME,NAME;error=true;experimental=NAME")]
    [InlineData("# check=error=maybe\nFROM a", "write error=true or error=false")]
    public void A_directive_that_makes_no_sense_is_an_error(string dockerfile, string hint) =>
        Assert.Equal(("BLD2501", dockerfile.Split('\n')[0], hint), Lowered.From(dockerfile).SingleError());

    [Fact]
    public void A_check_that_does_not_exist_is_told_with_the_nearest_name()
    {
        Diagnostic warning = Assert.Single(Lowered.From("# check=skip=StageNameCasin\nFROM a").Result.Diagnostics);
        Assert.Equal(("BLD2502", Severity.Warning, "did you mean 'StageNameCasing'?"), (warning.Code, warning.Severity, warning.Hint));
    }
}
