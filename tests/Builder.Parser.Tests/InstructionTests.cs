using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Parser.Tests;

public sealed class InstructionTests : ParserTestBase
{
    [Fact]
    public void From_has_image_platform_and_stage_name()
    {
        const string Source = "from --platform=$BUILDPLATFORM golang:1.22 aS Build.x-1_2";
        FromInstruction from = One<FromInstruction>(Source);
        Assert.Equal(("from", "golang:1.22", "$BUILDPLATFORM", "Build.x-1_2"), (from.Keyword.Text, from.Image.Text, from.Platform?.Text, from.StageName?.Text));
        Assert.Equal("$BUILDPLATFORM", Source.Substring(from.Platform!.Span.Start, from.Platform.Span.Length));
    }

    [Theory]
    [InlineData("FROM", DiagnosticCodes.MissingArgument, "FROM", "write FROM image, or FROM scratch for an empty one")]
    [InlineData("FROM a AS", DiagnosticCodes.MissingArgument, "AS", "write FROM image AS name")]
    [InlineData("FROM a SA b", DiagnosticCodes.UnexpectedArgument, "SA", "did you mean 'AS'?")]
    [InlineData("FROM a b", DiagnosticCodes.UnexpectedArgument, "b", "write FROM image [AS name]")]
    [InlineData("FROM a AS b c", DiagnosticCodes.UnexpectedArgument, "c", "write FROM image [AS name]")]
    [InlineData("FROM a --platform=x", DiagnosticCodes.UnexpectedArgument, "--platform=x", "flags stand before the image")]
    [InlineData("FROM a AS 1b", DiagnosticCodes.InvalidStageName, "1b", "begin with a letter, then letters, digits, '-', '_' and '.'")]
    [InlineData("FROM a AS b/c", DiagnosticCodes.InvalidStageName, "b/c", "begin with a letter, then letters, digits, '-', '_' and '.'")]
    public void From_of_another_shape_is_refused(string source, string code, string culprit, string hint) => Refused(source, code, culprit, hint);

    [Fact]
    public void Arg_declares_names_with_and_without_defaults()
    {
        ArgInstruction arg = One<ArgInstruction>("ARG a b= c=\"1 2\" d='x y'z e=1=2");
        Assert.Equal(
            [("a", null), ("b", ""), ("c", "\"1 2\""), ("d", "'x y'z"), ("e", "1=2")],
            arg.Arguments.Select(a => (a.Name.Text, a.Default?.Text)));
    }

    [Fact]
    public void Env_pairs_keep_quotes_and_escapes()
    {
        EnvInstruction env = One<EnvInstruction>("ENV a=b\\ c d=\"e f\\\" g\" h='i \\' 'j k'=l m=$n");
        Assert.False(env.LegacyForm);
        Assert.Equal(
            [("a", "b\\ c"), ("d", "\"e f\\\" g\""), ("h", "'i \\'"), ("'j k'", "l"), ("m", "$n")],
            env.Pairs.Select(p => (p.Key.Text, p.Value.Text)));
    }

    [Theory]
    [InlineData("ENV name  a b=c  d", "name", "a b=c  d")]
    [InlineData("LABEL maintainer Me <me@x>", "maintainer", "Me <me@x>")]
    public void The_old_form_takes_the_rest_of_the_line_as_one_value(string source, string key, string value)
    {
        Instruction instruction = Assert.Single(Parse(source).Dockerfile.Instructions);
        (SyntaxList<KeyValue> pairs, bool legacy) = instruction switch
        {
            EnvInstruction env => (env.Pairs, env.LegacyForm),
            LabelInstruction label => (label.Pairs, label.LegacyForm),
            _ => throw new InvalidOperationException(instruction.ToString()),
        };
        KeyValue pair = Assert.Single(pairs);
        Assert.Equal((key, value, true), (pair.Key.Text, pair.Value.Text, legacy));
    }

    [Theory]
    [InlineData("ENV", DiagnosticCodes.MissingArgument, "ENV", "write ENV name=value")]
    [InlineData("ENV PATH", DiagnosticCodes.MissingEqualsSign, "PATH", "write ENV PATH=value")]
    [InlineData("LABEL a=b c", DiagnosticCodes.MissingEqualsSign, "c", "write name=value; if the word belongs to the value of 'a', put that in double quotes")]
    [InlineData("ENV a=b =c", DiagnosticCodes.EmptyName, "=c", "remove blanks around '=', and name what is set")]
    [InlineData("ENV =c a", DiagnosticCodes.EmptyName, "=c", "remove blanks around '=', and name what is set")]
    [InlineData("ARG", DiagnosticCodes.MissingArgument, "ARG", "write ARG name or ARG name=default")]
    [InlineData("ARG =x", DiagnosticCodes.EmptyName, "=x", "remove blanks around '=', and name what is set")]
    public void Pairs_of_another_shape_are_refused(string source, string code, string culprit, string hint)
    {
        Diagnostic first = Parse(source).Diagnostics[0];
        Assert.Equal((code, culprit, hint), (first.Code, source.Substring(first.Span.Start, first.Span.Length), first.Hint));
    }

    [Fact]
    public void Run_takes_flags_and_leaves_its_text_alone()
    {
        RunInstruction run = One<RunInstruction>(
            "RUN --mount=type=cache,target=/a --network=none --mount=type=\"tmp fs\",target=/b\\ c --security=insecure --device=x  echo  \"$HOME\"  --x ");
        Assert.Equal(["type=cache,target=/a", "type=tmp fs,target=/b c"], Texts(run.Mounts));
        Assert.Equal(("none", "insecure"), (run.Network?.Text, run.Security?.Text));
        Assert.Equal(["x"], Texts(run.Devices));
        Assert.Equal("echo  \"$HOME\"  --x", Assert.IsType<ShellCommand>(run.Command).Text);
    }

    [Theory]
    [InlineData("USER")]
    [InlineData("WORKDIR")]
    [InlineData("STOPSIGNAL")]
    [InlineData("MAINTAINER")]
    [InlineData("EXPOSE")]
    [InlineData("VOLUME")]
    [InlineData("SHELL")]
    [InlineData("ONBUILD")]
    [InlineData("HEALTHCHECK")]
    [InlineData("COPY")]
    [InlineData("ADD")]
    [InlineData("LABEL")]
    public void An_instruction_without_argument_is_pointed_at(string keyword)
    {
        Diagnostic problem = OneProblem($"  {keyword} \t\n");
        Assert.Equal((DiagnosticCodes.MissingArgument, 2, keyword.Length), (problem.Code, problem.Span.Start, problem.Span.Length));
        Assert.StartsWith(keyword, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CMD []", new string[0])]
    [InlineData("CMD [ ]", new string[0])]
    [InlineData("CMD [\"\"]", new[] { "" })]
    [InlineData("CMD\t[\t\"a\" ,\"b c\" ]  ", new[] { "a", "b c" })]
    [InlineData("CMD [\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00\\ud800x\"]", new[] { "\"\\/\b\f\n\r\tA\U0001F600\uFFFDx" })]
    public void A_json_array_of_strings_is_the_exec_form(string source, string[] arguments) =>
        Assert.Equal(arguments, Texts(Assert.IsType<ExecCommand>(One<CmdInstruction>(source).Command).Arguments));

    [Fact]
    public void Json_strings_are_placed_without_their_quotes()
    {
        const string Source = "ENTRYPOINT [\"/bin/x\", \"-v\"]";
        ExecCommand command = Assert.IsType<ExecCommand>(One<EntrypointInstruction>(Source).Command);
        Assert.Equal(["/bin/x", "-v"], command.Arguments.Select(a => Source.Substring(a.Span.Start, a.Span.Length)));
        Assert.Equal("[\"/bin/x\", \"-v\"]", Source.Substring(command.Span.Start, command.Span.Length));
    }

    [Theory]
    [InlineData("RUN [ -f x ] && y")]
    [InlineData("RUN [ \"$a\" = \"b\" ]")]
    [InlineData("RUN [[ \"$a\" == \"b\" ]]")]
    [InlineData("CMD '[\"echo\"]'")]
    public void A_shell_test_is_shell_form_without_a_word(string source) => Assert.Empty(Parse(source).Diagnostics);

    [Theory]
    [InlineData("CMD ['echo', 'x']", "'echo', 'x']", "JSON strings stand in double quotes")]
    [InlineData("CMD [\"echo\", \"x\"", null, "the JSON array ends or breaks off here")]
    [InlineData("CMD [\"echo\"] x", "x", "the JSON array ends or breaks off here")]
    [InlineData("CMD [\"echo\",]", null, "the JSON array ends or breaks off here")]
    [InlineData("CMD [\"a\\qb\"]", null, "the JSON array ends or breaks off here")]
    public void Malformed_json_becomes_shell_form_with_a_warning(string source, string? culprit, string hint)
    {
        ParseResult result = Parse(source);
        Diagnostic warning = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticCodes.MalformedJson, Severity.Warning, hint), (warning.Code, warning.Severity, warning.Hint));
        if (culprit is not null) Assert.Equal(culprit, result.Source.TextOf(warning.Span));
        Assert.Equal(source[4..], Assert.IsType<ShellCommand>(Assert.IsType<CmdInstruction>(result.Dockerfile.Instructions[0]).Command).Text);
    }

    [Theory]
    [InlineData("CMD [ \"echo\", [ \"nested\" ] ]", "[ \"nested\" ]")]
    [InlineData("RUN [1]", "1")]
    [InlineData("RUN [\"a\", -1.5e+3 , true]", "-1.5e+3")]
    [InlineData("COPY [\"a\", {\"b\": [null, {}], \"c\": \"]\"}]", "{\"b\": [null, {}], \"c\": \"]\"}")]
    [InlineData("VOLUME [null]", "null")]
    [InlineData("SHELL [\"a\",[]]", "[]")]
    [InlineData("ENTRYPOINT [\"a\", [[[]], {\"a\":[]}], 1]", "[[[]], {\"a\":[]}]")]
    public void A_json_array_of_other_things_is_refused(string source, string culprit) =>
        Refused(source, DiagnosticCodes.JsonNotStrings, culprit, "put the element in double quotes");

    [Theory]
    [InlineData("RUN [01]")]
    [InlineData("RUN [1.]")]
    [InlineData("RUN [1e]")]
    [InlineData("RUN [-]")]
    [InlineData("RUN [nul]")]
    [InlineData("RUN [{1:2}]")]
    [InlineData("RUN [{\"a\"}]")]
    [InlineData("RUN [[1]")]
    [InlineData("RUN [1] 2")]
    [InlineData("RUN [1}")]
    [InlineData("RUN [1 2]")]
    [InlineData("RUN [1,")]
    [InlineData("RUN [{\"a\":1,2}]")]
    [InlineData("RUN [\"\\u00g0\", 1]")]
    public void What_is_not_json_at_all_is_shell_form(string source) =>
        Assert.IsType<ShellCommand>(Assert.IsType<RunInstruction>(Assert.Single(Parse(source).Dockerfile.Instructions)).Command);

    [Fact]
    public void Shell_wants_json()
    {
        Assert.Equal(["a", "-c"], Texts(One<ShellInstruction>("SHELL [\"a\",\"-c\"]").Arguments));
        Refused("SHELL a -c", DiagnosticCodes.JsonRequired, "a -c", "write SHELL [\"/bin/sh\", \"-c\"]");
        Refused("SHELL []", DiagnosticCodes.MissingArgument, "[]", null);
    }

    [Fact]
    public void An_empty_exec_form_can_not_be_run() => Refused("RUN []", DiagnosticCodes.MissingArgument, "[]", null);

    [Fact]
    public void Whole_rest_arguments_keep_inner_blanks()
    {
        Assert.Equal("a  b", One<UserInstruction>("USER  a  b ").User.Text);
        Assert.Equal("/a  b", One<WorkdirInstruction>("WORKDIR /a  b").Path.Text);
        Assert.Equal("SIGTERM", One<StopSignalInstruction>("STOPSIGNAL SIGTERM").Signal.Text);
        Assert.Equal("A  B <c>", One<MaintainerInstruction>("MAINTAINER A  B <c>").Author.Text);
    }

    [Fact]
    public void Expose_and_volume_are_split_at_blanks()
    {
        Assert.Equal(["80/tcp", "$P", "1-2"], Texts(One<ExposeInstruction>("EXPOSE 80/tcp\t$P 1-2").Ports));
        Assert.Equal(["/a", "\"/b"], Texts(One<VolumeInstruction>("VOLUME /a \"/b").Paths));
        Assert.Equal(["/a b", "/c"], Texts(One<VolumeInstruction>("VOLUME [\"/a b\", \"/c\"]").Paths));
        Refused("VOLUME [\"/a\", \" \"]", DiagnosticCodes.EmptyName, " ", null);
    }

    [Fact]
    public void Healthcheck_takes_either_form_or_none()
    {
        HealthcheckInstruction check = One<HealthcheckInstruction>(
            "HEALTHCHECK --interval=5s --timeout=1s --start-period=2s --start-interval=3s --retries=4 cmd [\"a\"]");
        Assert.Equal(
            ("5s", "1s", "2s", "3s", "4"),
            (check.Interval?.Text, check.Timeout?.Text, check.StartPeriod?.Text, check.StartInterval?.Text, check.Retries?.Text));
        Assert.Equal(["a"], Texts(Assert.IsType<ExecCommand>(check.Command).Arguments));
        Assert.Equal("curl  x", Assert.IsType<ShellCommand>(One<HealthcheckInstruction>("HEALTHCHECK CMD  curl  x").Command).Text);
        Assert.Null(One<HealthcheckInstruction>("HEALTHCHECK none").Command);
    }

    [Theory]
    [InlineData("HEALTHCHECK NONE x y", DiagnosticCodes.UnexpectedArgument, "x y", null)]
    [InlineData("HEALTHCHECK CMD", DiagnosticCodes.MissingArgument, "CMD", null)]
    [InlineData("HEALTHCHECK CMD []", DiagnosticCodes.MissingArgument, "CMD", null)]
    [InlineData("HEALTHCHECK CMF x", DiagnosticCodes.InvalidHealthcheck, "CMF", "did you mean 'CMD'?")]
    [InlineData("HEALTHCHECK curl x", DiagnosticCodes.InvalidHealthcheck, "curl", "write HEALTHCHECK CMD command")]
    [InlineData("HEALTHCHECK CMD [1]", DiagnosticCodes.JsonNotStrings, "1", "put the element in double quotes")]
    public void Healthcheck_of_another_shape_is_refused(string source, string code, string culprit, string? hint) => Refused(source, code, culprit, hint);

    [Fact]
    public void Onbuild_holds_the_trigger_as_text_and_as_tree()
    {
        const string Source = "# why\nONBUILD  COPY --chown=a \\\n  b  /c";
        OnbuildInstruction onbuild = One<OnbuildInstruction>(Source);
        Assert.Equal("COPY --chown=a   b  /c", onbuild.Trigger);
        CopyInstruction copy = Assert.IsType<CopyInstruction>(onbuild.Inner);
        Assert.Equal(("a", "/c", onbuild.Trigger), (copy.Flags.Chown?.Text, copy.Destination.Text, copy.Text));
        Assert.Equal("COPY --chown=a \\\n  b  /c", Source.Substring(copy.Span.Start, copy.Span.Length));
        Assert.Equal(["why"], onbuild.LeadingComments);
    }

    [Theory]
    [InlineData("ONBUILD ONBUILD RUN x", DiagnosticCodes.InvalidTrigger, "ONBUILD", 8)]
    [InlineData("ONBUILD from x", DiagnosticCodes.InvalidTrigger, "from", 8)]
    [InlineData("ONBUILD Maintainer x", DiagnosticCodes.InvalidTrigger, "Maintainer", 8)]
    [InlineData("ONBUILD RNU x", DiagnosticCodes.UnknownInstruction, "RNU", 8)]
    [InlineData("ONBUILD COPY x", DiagnosticCodes.MissingArgument, "x", 13)]
    [InlineData("ONBUILD --x RUN y", DiagnosticCodes.UnknownFlag, "--x", 8)]
    public void Onbuild_refuses_what_its_trigger_can_not_be(string source, string code, string culprit, int start)
    {
        Diagnostic problem = OneProblem(source);
        Assert.Equal((code, culprit, start), (problem.Code, source.Substring(problem.Span.Start, problem.Span.Length), problem.Span.Start));
    }
}
