using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Graph.Tests.Lowering;
using Builder.Oci.Images;

namespace Builder.Graph.Tests.Checks;

/// <summary>BuildKit's checks: where each fires, where not, and what it underlines.</summary>
public sealed class StandardRuleTests
{
    [Theory]
    [InlineData("StageNameCasing", "FROM a AS Base", "Base")]
    [InlineData("FromAsCasing", "FROM a as base", "as")]
    [InlineData("FromAsCasing", "from a \\\n  AS base", "AS")]
    [InlineData("NoEmptyContinuation", "FROM a\nRUN a \\\n\n  b", "")]
    [InlineData("ConsistentInstructionCasing", "FROM a\nRUN a\nrun b", "run")]
    [InlineData("ConsistentInstructionCasing", "FROM a\nRUN a\nRun b", "Run")]
    [InlineData("ConsistentInstructionCasing", "from a\nrun a\nRUN b", "RUN")]
    [InlineData("DuplicateStageName", "FROM a AS base\nFROM b AS base", "base")]
    [InlineData("ReservedStageName", "FROM a AS scratch", "scratch")]
    [InlineData("ReservedStageName", "FROM a AS Context", "Context")]
    [InlineData("JSONArgsRecommended", "FROM a\nCMD top -b", "top -b")]
    [InlineData("JSONArgsRecommended", "FROM a\nENTRYPOINT exec \\\n top", "exec \\\n top")]
    [InlineData("MaintainerDeprecated", "FROM a\nMAINTAINER me", "MAINTAINER")]
    [InlineData("UndefinedArgInFrom", "ARG TAG=1\nFROM a:${TAGG}1", "${TAGG}")]
    [InlineData("WorkdirRelativePath", "FROM a\nWORKDIR app", "app")]
    [InlineData("UndefinedVar", "FROM a\nCOPY $foo /", "$foo")]
    [InlineData("MultipleInstructionsDisallowed", "FROM a\nCMD [\"a\"]\nCMD [\"b\"]", "CMD")]
    [InlineData("MultipleInstructionsDisallowed", "FROM a\nHEALTHCHECK NONE\nHEALTHCHECK NONE", "HEALTHCHECK")]
    [InlineData("LegacyKeyValueFormat", "FROM a\nENV name the value", "name the value")]
    [InlineData("LegacyKeyValueFormat", "FROM a\nLABEL name value", "name value")]
    [InlineData("RedundantTargetPlatform", "FROM --platform=$TARGETPLATFORM a", "$TARGETPLATFORM")]
    [InlineData("RedundantTargetPlatform", "FROM --platform=${TARGETPLATFORM} a", "${TARGETPLATFORM}")]
    [InlineData("SecretsUsedInArgOrEnv", "FROM a\nARG GITHUB_TOKEN", "GITHUB_TOKEN")]
    [InlineData("SecretsUsedInArgOrEnv", "FROM a\nENV a=1 db_password=x", "db_password")]
    [InlineData("InvalidDefaultArgInFrom", "ARG TAG\nFROM a:${TAG}", "a:${TAG}")]
    [InlineData("FromPlatformFlagConstDisallowed", "FROM --platform=linux/amd64 a", "linux/amd64")]
    [InlineData("ExposeProtoCasing", "FROM a\nEXPOSE 80/TCP", "80/TCP")]
    [InlineData("ExposeInvalidFormat", "FROM a\nEXPOSE 127.0.0.1:80:80", "127.0.0.1:80:80")]
    [InlineData("ExposeInvalidFormat", "FROM a\nEXPOSE 8080:80", "8080:80")]
    [InlineData("InvalidDefinitionDescription", "# check=experimental=all\n# something\nFROM a AS base", "base")]
    [InlineData("InvalidDefinitionDescription", "# check=experimental=InvalidDefinitionDescription\nFROM a\n# something\nARG b=1", "b")]
    public void A_rule_points_at_its_culprit(string rule, string dockerfile, string culprit)
    {
        Assert.Equal([culprit], Checked.Build(dockerfile).Of(rule));
        CheckFinding finding = Assert.Single(Checked.Build(dockerfile).Report.Findings, f => f.Rule.Name == rule);
        Assert.False(string.IsNullOrEmpty(finding.Diagnostic.Message));
        Assert.False(string.IsNullOrEmpty(finding.Diagnostic.Hint));
    }

    [Theory]
    [InlineData("FROM a AS base\nFROM base AS b.1\nFROM b.1")]
    [InlineData("from a as base\nrun x\n")]
    [InlineData("FROM a\nRUN a \\\n# comment\n  b")]
    [InlineData("FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nCMD top -b")]
    [InlineData("FROM a AS base\nSHELL [\"/bin/bash\", \"-c\"]\nFROM base\nENTRYPOINT top -b")]
    [InlineData("FROM a\nCMD [\"top\"]\nENTRYPOINT []\nHEALTHCHECK CMD curl localhost")]
    [InlineData("ARG TAG=1\nFROM a:$TAG\nARG TAG\nENV b=$TAG")]
    [InlineData("FROM a:${TAG:-1}")]
    [InlineData("FROM --platform=$BUILDPLATFORM a\nFROM --platform=linux/arm64 a AS build-arm64\nFROM --platform=linux/$TARGETARCH b")]
    [InlineData("ARG SUFFIX\nFROM a:1$SUFFIX")]
    [InlineData("FROM a\nWORKDIR /app\nWORKDIR sub")]
    [InlineData("FROM a AS base\nWORKDIR /app\nFROM base\nWORKDIR sub")]
    [InlineData("ARG DIR=/app\nFROM a\nARG DIR\nWORKDIR $DIR")]
    [InlineData("FROM a\nARG b\nENV c=$b d=${e:-f} PATH=$PATH:/x")]
    [InlineData("FROM a\nCMD [\"a\"]\nFROM a\nCMD [\"b\"]")]
    [InlineData("FROM a\nENV name=\"the value\"\nLABEL a=b")]
    [InlineData("FROM a\nARG PUBLIC_KEY\nENV TOKEN_FILE=/x KEY_VERSION=1 MONKEY=1 AUTHOR=me TOKENIZER=x")]
    [InlineData("FROM a\nEXPOSE 80/tcp 443 8000-8010/udp")]
    [InlineData("# something else\nFROM a AS base\n# b is a thing\nARG b=1")]
    [InlineData("# check=experimental=all\n# base is a thing\nFROM a AS base\n\n# some note\n\nARG b=1")]
    public void A_good_file_has_no_findings(string dockerfile) => Assert.Empty(Checked.Build(dockerfile).Findings);

    [Theory]
    [InlineData("StageNameCasing", "FROM a AS Base", "FROM a AS base")]
    [InlineData("FromAsCasing", "FROM a as base", "FROM a AS base")]
    [InlineData("NoEmptyContinuation", "FROM a\nRUN a \\\n\n  b", "FROM a\nRUN a \\\n  b")]
    [InlineData("ConsistentInstructionCasing", "FROM a\nRUN a\nrun b", "FROM a\nRUN a\nRUN b")]
    [InlineData("JSONArgsRecommended", "FROM a\nCMD top -b", "FROM a\nCMD [\"top\", \"-b\"]")]
    [InlineData("JSONArgsRecommended", "FROM a\nCMD top | cat", "FROM a\nCMD top | cat")]
    [InlineData("MaintainerDeprecated", "FROM a\nMAINTAINER A B", "FROM a\nLABEL org.opencontainers.image.authors=\"A B\"")]
    [InlineData("LegacyKeyValueFormat", "FROM a\nENV n the value", "FROM a\nENV n=\"the value\"")]
    [InlineData("LegacyKeyValueFormat", "FROM a\nENV n value", "FROM a\nENV n=value")]
    [InlineData("RedundantTargetPlatform", "FROM --platform=$TARGETPLATFORM a", "FROM a")]
    public void A_fix_does_what_the_rule_asks_for(string rule, string dockerfile, string expected)
    {
        Assert.Equal(expected, Checked.Build(dockerfile).Fixed(rule));
        if (expected != dockerfile) Assert.Empty(Checked.Build(expected).Of(rule));
    }

    [Fact]
    public void An_ignored_source_is_told_and_nothing_else()
    {
        static LoweringRequest Ignoring(LoweringRequest request) =>
            request with { Checks = request.Checks with { IsIgnored = path => path.StartsWith("dist", StringComparison.Ordinal) } };
        Assert.Equal(
            ["dist/a", "dist"],
            Checked.Build("FROM a\nCOPY src dist/a /\nADD dist /\nCOPY --from=a dist /\nCOPY . /\n", Ignoring).Of("CopyIgnoredFile"));
    }

    [Fact]
    public void A_base_image_for_another_platform_is_told_at_its_name()
    {
        ImageConfig other = Lowered.Image() with { Architecture = "arm64" };
        Assert.Equal(["base:1"], Checked.Build("FROM base:1", null, ("base:1", other)).Of("InvalidBaseImagePlatform"));
        Assert.Empty(Checked.Build("FROM base:1").Findings);
    }

    [Fact]
    public void The_base_image_may_choose_the_shell()
    {
        ImageConfig config = Lowered.Image(new ContainerConfig { Shell = ["/bin/bash", "-c"] });
        Assert.Empty(Checked.Build("FROM base:1\nCMD top", null, ("base:1", config)).Findings);
    }

    [Fact]
    public void A_stage_that_is_not_built_is_looked_into_by_check_only()
    {
        const string Text = "FROM a AS unused\nENV a b\nFROM a:1\nUSER me\n";
        Assert.Empty(Checked.Build(Text).Of("LegacyKeyValueFormat"));
        Assert.Equal(["a b"], Checked.All(Text).Of("LegacyKeyValueFormat"));
    }
}
