using System.Text.Json;
using Builder.Cli.Tests.Harness;

namespace Builder.Cli.Tests.Builds;

/// <summary><c>--check</c> and <c>--call</c>, outside of any session and without a registry.</summary>
public sealed class CallCommandTests
{
    private const string Faulty = "FROM base:1 AS Build\nRUN a\n";

    [Fact]
    public void Check_prints_each_finding_with_the_culprit_underlined_and_ends_with_1()
    {
        using TestCli cli = Cli(Faulty);
        Assert.Equal(1, cli.Run("build", "--check", "."));
        Assert.StartsWith(
            """
            Check complete, 1 warning has been found!

            WARNING: StageNameCasing
            the stage name 'Build' has capitals, but stages are known by 'build'
            hint: write 'build'
            Dockerfile:1
            --------------------
               1 | >>> FROM base:1 AS Build
                 |                    ^~~~~
               2 |     RUN a
            """,
            cli.Output,
            StringComparison.Ordinal);
        Assert.Empty(cli.Error);
        Assert.Null(cli.Sessions.Restarted);
    }

    [Fact]
    public void A_good_file_and_ignorestatus_end_with_0()
    {
        using TestCli good = Cli("FROM base:1 AS build\nRUN a\n");
        Assert.Equal(0, good.Run("build", "--call=check", "."));
        Assert.Equal("Check complete, no warnings found.\n", good.Output);
        using TestCli ignored = Cli(Faulty);
        Assert.Equal(0, ignored.Run("build", "--call=check,ignorestatus", "."));
    }

    [Fact]
    public void Json_has_the_shape_of_buildkit_s()
    {
        using TestCli cli = Cli(Faulty);
        Assert.Equal(1, cli.Run("build", "--call=check,format=json", "."));
        using JsonDocument json = JsonDocument.Parse(cli.Output);
        JsonElement warning = json.RootElement.GetProperty("warnings")[0];
        Assert.Equal("StageNameCasing", warning.GetProperty("ruleName").GetString());
        JsonElement range = warning.GetProperty("location").GetProperty("ranges")[0];
        Assert.Equal((1, 15), (range.GetProperty("start").GetProperty("line").GetInt32(), range.GetProperty("start").GetProperty("character").GetInt32()));
        Assert.Equal(Faulty, System.Text.Encoding.UTF8.GetString(json.RootElement.GetProperty("sources")[0].GetProperty("data").GetBytesFromBase64()));
    }

    [Fact]
    public void Sarif_has_rules_regions_and_fixes()
    {
        using TestCli cli = Cli(Faulty);
        Assert.Equal(1, cli.Run("build", "--call=check,format=sarif", "."));
        using JsonDocument json = JsonDocument.Parse(cli.Output);
        JsonElement run = json.RootElement.GetProperty("runs")[0];
        JsonElement result = Assert.Single(run.GetProperty("results").EnumerateArray());
        JsonElement rule = run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[result.GetProperty("ruleIndex").GetInt32()];
        Assert.Equal("2.1.0", json.RootElement.GetProperty("version").GetString());
        Assert.Equal(result.GetProperty("ruleId").GetString(), rule.GetProperty("id").GetString());
        JsonElement region = result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region");
        Assert.Equal((1, 16, 1, 21), (Number("startLine"), Number("startColumn"), Number("endLine"), Number("endColumn")));
        JsonElement replacement = result.GetProperty("fixes")[0].GetProperty("artifactChanges")[0].GetProperty("replacements")[0];
        Assert.Equal("build", replacement.GetProperty("insertedContent").GetProperty("text").GetString());

        int Number(string name) => region.GetProperty(name).GetInt32();
    }

    [Fact]
    public void Sarif_has_all_that_the_standard_requires()
    {
        using TestCli cli = Cli("FROM base:1 AS Build\nfrom base:1 as b c\nEXPOSE 80/TCP\nRUN cd /x && sudo a\nMAINTAINER me\n");
        Assert.Equal(1, cli.Run("build", "--call=check,format=sarif", "."));
        using JsonDocument json = JsonDocument.Parse(cli.Output);
        SarifShape.Assert(json.RootElement);
        JsonElement[] results = [.. json.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()];
        Assert.Contains(results, result => result.GetProperty("level").GetString() == "error");
        using TestCli warnings = Cli("FROM base:1 AS Build\nEXPOSE 80/TCP\nRUN cd /x && sudo a\nMAINTAINER me\n");
        Assert.Equal(1, warnings.Run("build", "--call=check,format=sarif", "."));
        using JsonDocument found = JsonDocument.Parse(warnings.Output);
        SarifShape.Assert(found.RootElement);
        Assert.True(found.RootElement.GetProperty("runs")[0].GetProperty("results").GetArrayLength() > 3);
    }

    [Fact]
    public void Named_contexts_stand_for_what_they_name()
    {
        const string Text = "FROM base:1 AS build\nFROM scratch\nCOPY --from=buidl /a /b\n";
        using TestCli without = Cli(Text);
        without.Run("build", "--check", ".");
        Assert.Contains("BLD2014", without.Error, StringComparison.Ordinal);
        using TestCli with = Cli(Text);
        Assert.Equal(0, with.Run("build", "--check", "--build-context", "buidl=.", "."));
        Assert.Equal("Check complete, no warnings found.\n", with.Output);
        Assert.Empty(with.Error);
        using TestCli absent = Cli(Text);
        Assert.NotEqual(0, absent.Run("build", "--check", "--build-context", "buidl=nowhere", "."));
        Assert.Contains("no such directory: nowhere", absent.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_from_elsewhere_is_fetched_in_a_session()
    {
        using TestCli cli = Cli(Faulty);
        cli.Run("build", "--check", "https://example.com/app.git");
        Assert.NotNull(cli.Sessions.Restarted);
    }

    [Fact]
    public void A_file_that_cannot_be_built_is_an_error_beside_its_findings()
    {
        using TestCli cli = Cli("FROM base:1 AS Build\nEXPOSE 99999\n");
        Assert.Equal(1, cli.Run("build", "--check", "."));
        Assert.Contains("StageNameCasing", cli.Output, StringComparison.Ordinal);
        Assert.Contains("error BLD2202", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Outline_and_targets_list_what_can_be_set_and_built()
    {
        const string Text = "# TAG of the base\nARG TAG=1\n# build makes it\nFROM base:$TAG AS build\nARG MODE=fast\nRUN --mount=type=secret,id=npm,required a\nFROM build\n";
        using TestCli outline = Cli(Text);
        Assert.Equal(0, outline.Run("build", "--call=outline", "."));
        Assert.Equal(
            "BUILD ARG   VALUE   DESCRIPTION\nTAG         1       of the base\nMODE        fast    \n\nSECRET   REQUIRED\nnpm      true\n\n", outline.Output);
        using TestCli targets = Cli(Text);
        Assert.Equal(0, targets.Run("build", "--call=targets", "."));
        Assert.Equal("TARGET    DESCRIPTION\nbuild     makes it\n(default) \n", targets.Output);
    }

    [Theory]
    [InlineData("chek", "did you mean 'check'?")]
    [InlineData("check,format=xml", "use text, json, or sarif with check")]
    public void A_method_that_does_not_exist_is_refused(string call, string hint)
    {
        using TestCli cli = Cli(Faulty);
        Assert.Equal(125, cli.Run("build", "--call=" + call, "."));
        Assert.Contains(hint, cli.Error, StringComparison.Ordinal);
    }

    private static TestCli Cli(string dockerfile)
    {
        var cli = new TestCli(insideSession: false);
        cli.Write("Dockerfile", dockerfile);
        return cli;
    }
}
