using Builder.Graph.Lowering;
using Builder.Parser.Diagnostics;

namespace Builder.Graph.Tests.Lowering;

/// <summary>What is wrong whatever a base image holds is told before the image is asked for, with everything else that is wrong.</summary>
public class EarlyFindingsTests
{
    [Fact]
    public void Errors_that_no_image_can_mend_are_told_before_any_image_is_asked_for()
    {
        LoweringResult result = First("FROM big\nEXPOSE http\nSTOPSIGNAL NOPE\nRUN --mount=type=bnd,target=/x y");
        Assert.Equal(["BLD2202", "BLD2203", "BLD2304"], result.Diagnostics.Select(d => d.Code));
        Assert.Empty(result.MissingImages);
    }

    [Theory]
    [InlineData("VOLUME $V")]
    [InlineData("EXPOSE $V/tcp")]
    [InlineData("LABEL a=${V:?unset}")]
    [InlineData("ENV A=$V\nVOLUME $A")]
    [InlineData("ENV A=\nENV A=$V\nVOLUME $A")]
    [InlineData("ARG A=$V\nVOLUME $A")]
    [InlineData("ARG A\nSTOPSIGNAL $A")]
    [InlineData("COPY --chmod=$MODE a b")]
    [InlineData("RUN --mount=target=. x")]
    public void What_a_variable_of_the_image_could_mend_waits_for_the_image(string instructions)
    {
        LoweringResult result = First("FROM big\n" + instructions);
        Assert.Empty(result.Diagnostics);
        Assert.Single(result.MissingImages);
    }

    [Fact]
    public void A_stage_on_top_of_such_a_stage_may_see_its_variables_too() =>
        Assert.Empty(First("FROM big AS a\nFROM a\nVOLUME $V").Diagnostics);

    [Fact]
    public void A_stage_on_scratch_sees_none() =>
        Assert.Equal("BLD2206", Assert.Single(First("FROM scratch AS s\nVOLUME ${V}\nFROM big\nCOPY --from=s / /").Diagnostics, d => d.Severity == Severity.Error).Code);

    [Fact]
    public void Problems_of_syntax_and_of_meaning_are_found_in_one_run()
    {
        LoweringRequest request = Lowered.Request("FROM big AS base\nRNU x\nEXPOSE http\nCOPY --from=bsae a b\nCOPY --form=base a b\nFROM base\nCOPY --from=7 a b");
        Assert.Equal(["BLD1002", "BLD1201"], request.Parsed.Diagnostics.Select(d => d.Code));
        Assert.Equal(
            ["BLD2202", "BLD2012"],
            DockerfileLowering.Lower(request).Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.Code));
    }

    [Fact]
    public void More_than_a_thousand_findings_are_cut_off()
    {
        LoweringResult result = First("FROM scratch\n" + string.Concat(Enumerable.Repeat("LABEL a=$U\nEXPOSE x\n", 1500)));
        Assert.Equal(1001, result.Diagnostics.Count(d => d.Severity == Severity.Error));
        Assert.InRange(result.Checks.Findings.Count, 1, DiagnosticBag.Limit);
        Assert.Contains(result.Diagnostics, d => d.Message == "more than 1000 warnings; the rest of them is not shown");
    }

    [Fact]
    public void A_here_document_with_a_million_unset_variables_is_cut_off_too()
    {
        LoweringResult result = First("FROM scratch\nCOPY <<E /x\n" + string.Concat(Enumerable.Repeat("$a\n", 1_000_000)) + "E\n");
        Assert.InRange(result.Checks.Findings.Count, 1, DiagnosticBag.Limit);
        Assert.Equal("more than 1000 warnings; the rest of them is not shown", Assert.Single(result.Diagnostics).Message);
        Assert.NotNull(result.Build);
    }

    private static LoweringResult First(string dockerfile) => DockerfileLowering.Lower(Lowered.Request(dockerfile));
}
