using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Parser.Tests;

public sealed class FeatureLevelTests : ParserTestBase
{
    [Theory]
    [InlineData("1.19", "COPY --parents a b", "--parents", "1.20")]
    [InlineData("1.20", "COPY --parents a b", null, null)]
    [InlineData("1.7-labs", "COPY --parents --exclude=x a b", null, null)]
    [InlineData("1.6-labs", "COPY --parents a b", "--parents", "1.20")]
    [InlineData("1.7", "ADD --exclude=x a b", "--exclude=x", "1.19")]
    [InlineData("1.7.1-labs", "ONBUILD COPY --parents a b", null, null)]
    [InlineData("1.4", "ONBUILD COPY --parents a b", "--parents", "1.20")]
    [InlineData("1.1", "RUN --mount=type=cache,target=/x true", "--mount=type=cache,target=/x", "1.2")]
    [InlineData("1.0-experimental", "RUN --mount=type=cache,target=/x true", null, null)]
    [InlineData("1.2", "RUN --network=none true", "--network=none", "1.3")]
    [InlineData("1.19", "RUN --security=insecure true", "--security=insecure", "1.20")]
    [InlineData("1.26", "RUN --device=x true", "--device=x", "1.14-labs")]
    [InlineData("1.3", "COPY --link a b", "--link", "1.4")]
    [InlineData("1.5", "ADD --checksum=sha256:0 https://h/x /", "--checksum=sha256:0", "1.6")]
    [InlineData("1.16", "ADD --unpack https://h/x /", "--unpack", "1.17")]
    [InlineData("1.5", "HEALTHCHECK --start-interval=1s CMD x", "--start-interval=1s", "1.6")]
    [InlineData("1.3", "RUN <<E\nFROM is no instruction here\nE", "<<E", "1.4")]
    [InlineData("1.3-labs", "RUN <<E\nx\nE", null, null)]
    public void What_is_newer_than_the_version_asked_for_is_refused_with_the_version_it_came_with(string version, string line, string? culprit, string? since)
    {
        ParseResult result = Parse($"# syntax=docker/dockerfile:{version}\nFROM a\n{line}\n");
        if (culprit is null)
        {
            Assert.Empty(result.Diagnostics);
            return;
        }

        Diagnostic problem = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticCodes.TooNew, culprit), (problem.Code, result.Source.TextOf(problem.Span)));
        Assert.Contains($"came with version {since} of the Dockerfile syntax, but the '# syntax=' line asks for {version.Replace("experimental", "labs", StringComparison.Ordinal)}", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("# syntax=docker/dockerfile:1")]
    [InlineData("# syntax=docker/dockerfile:1-labs")]
    [InlineData("# syntax = docker/dockerfile")]
    [InlineData("#syntax=docker.io/docker/dockerfile:latest")]
    [InlineData("# Syntax=docker/dockerfile-upstream:master")]
    [InlineData("# syntax=dockerfile.v0")]
    [InlineData("# syntax=docker/dockerfile@sha256:9ba7531bd80fb0a858632727cf7a112fbfd19b17e94c4e84ced81e24ef1a0dbc")]
    [InlineData("# syntax=registry.example.com:5000/mirror/dockerfile:1 some arguments")]
    [InlineData("# not a directive\n# syntax=docker/dockerfile:1.0")]
    [InlineData("# escape=\\\n# check=skip=all")]
    [InlineData("#!/usr/bin/env builder")]
    public void Everything_is_understood_where_no_minor_version_is_named(string top) =>
        Assert.Empty(Parse(top + "\nFROM a\nRUN --device=x --security=insecure true\nCOPY --parents --exclude=x a b\n").Diagnostics);

    [Theory]
    [InlineData("#!/usr/bin/env builder\n# syntax=docker/dockerfile:1.4")]
    [InlineData("#!/bin/sh\n# check=skip=all\n# syntax=docker/dockerfile:1.4")]
    [InlineData("\uFEFF# syntax=docker/dockerfile:1.4")]
    [InlineData("# syntax=mirror.example.com/docker/dockerfile:1.4.3@sha256:9ba7531bd80fb0a858632727cf7a112fbfd19b17e94c4e84ced81e24ef1a0dbc")]
    public void The_line_is_found_behind_a_shebang_and_a_byte_order_mark_and_in_mirrors(string top) =>
        Assert.Equal(DiagnosticCodes.TooNew, Assert.Single(Parse(top + "\nFROM a\nCOPY --parents a b\n").Diagnostics).Code);

    [Fact]
    public void Behind_a_shebang_the_escape_character_stays() =>
        Assert.Equal('\\', Parse("#!/bin/sh\n# escape=`\nFROM a\n").Dockerfile.EscapeCharacter);

    [Theory]
    [InlineData("docker/dockerfile:1.4", "# syntax=docker/dockerfile:1.20\n")]
    [InlineData("docker/dockerfile:1.4", "")]
    public void The_build_argument_takes_the_place_of_the_line(string syntax, string top)
    {
        Diagnostic problem = Assert.Single(DockerfileParser.Parse(new SourceText(top + "FROM a\nCOPY --parents a b\n", "Dockerfile"), syntax).Diagnostics);
        Assert.Contains("the build argument BUILDKIT_SYNTAX asks for 1.4", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_frontend_is_told_of_and_not_run()
    {
        ParseResult result = Parse("# syntax=example/nix:1\nFROM a\n");
        Diagnostic warning = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticCodes.OtherFrontend, Severity.Warning, "# syntax=example/nix:1"), (warning.Code, warning.Severity, result.Source.TextOf(warning.Span)));
    }

    [Theory]
    [InlineData("//syntax=example/go:1\npackage main\n", "//syntax=example/go:1", "write '# syntax=example/go:1'")]
    [InlineData("#!/bin/x\n// syntax = docker/dockerfile:1\nFROM a\n", "// syntax = docker/dockerfile:1", "write '# syntax=docker/dockerfile:1'")]
    [InlineData("{\n \"syntax\": \"example/json:1\" }\n", "{", null)]
    public void Files_in_other_languages_are_recognised_by_their_own_form_of_the_line(string text, string culprit, string? hint)
    {
        ParseResult result = Parse(text);
        Diagnostic problem = result.Diagnostics[0];
        Assert.Equal((DiagnosticCodes.OtherLanguage, culprit, hint), (problem.Code, result.Source.TextOf(problem.Span), problem.Hint));
    }
}
