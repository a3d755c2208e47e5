using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Parser.Tests;

public sealed class LineTests : ParserTestBase
{
    [Fact]
    public void Continuations_join_without_a_blank_and_keep_the_indentation_of_later_lines()
    {
        RunInstruction run = One<RunInstruction>("  RUN echo a\\\n  b \\  \nc\n");
        Assert.Equal("echo a  b c", Assert.IsType<ShellCommand>(run.Command).Text);
        Assert.Equal("RUN echo a  b c", run.Text);
    }

    [Fact]
    public void Comments_inside_a_continued_instruction_disappear()
    {
        RunInstruction run = One<RunInstruction>("RUN a \\\n# gone \\\n   # too\n b # kept\n");
        Assert.Equal("a  b # kept", Assert.IsType<ShellCommand>(run.Command).Text);
    }

    [Fact]
    public void An_empty_line_inside_a_continuation_is_skipped_with_a_warning()
    {
        ParseResult result = Parse("RUN a \\\n\n b\n");
        Diagnostic warning = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticCodes.EmptyContinuation, Severity.Warning), (warning.Code, warning.Severity));
        Assert.Equal(2, result.Source.PositionOf(warning.Span.Start).Line);
        Assert.Equal("RUN a  b", Assert.Single(result.Dockerfile.Instructions).Text);
    }

    [Fact]
    public void A_doubled_escape_character_continues_nothing()
    {
        Assert.Equal(2, Parse("RUN a\\\\\nRUN b\n").Dockerfile.Instructions.Count);
    }

    [Fact]
    public void A_continuation_at_the_end_of_the_file_ends_the_instruction()
    {
        Assert.Equal("a", Assert.IsType<ShellCommand>(One<RunInstruction>("RUN a \\").Command).Text);
    }

    [Fact]
    public void A_line_that_is_only_a_continuation_leads_to_the_next_line()
    {
        const string Source = "\\\n\\\n  USER bob\n";
        UserInstruction user = One<UserInstruction>(Source);
        Assert.Equal("bob", Source.Substring(user.User.Span.Start, user.User.Span.Length));
        Assert.Equal("USER", Source.Substring(user.Keyword.Span.Start, user.Keyword.Span.Length));
    }

    [Fact]
    public void A_word_that_spans_lines_covers_its_continuation()
    {
        const string Source = "FROM alp\\\n# why\nine:3\n";
        FromInstruction from = One<FromInstruction>(Source);
        Assert.Equal("alpine:3", from.Image.Text);
        Assert.Equal("alp\\\n# why\nine:3", Source.Substring(from.Image.Span.Start, from.Image.Span.Length));
    }

    [Fact]
    public void The_escape_directive_changes_continuation_and_escaping()
    {
        ParseResult result = Parse("# escape=`\nENV a=b` c \\\nUSER x`\ny\n");
        Assert.Equal('`', result.Dockerfile.EscapeCharacter);
        Diagnostic problem = Assert.Single(result.Diagnostics);
        Assert.Equal(DiagnosticCodes.MissingEqualsSign, problem.Code);
        Assert.Equal("USER xy", result.Dockerfile.Instructions[0].Text);
    }

    [Theory]
    [InlineData("\n# escape=`\nUSER x\n")]
    [InlineData("# a comment\n# escape=`\nUSER x\n")]
    [InlineData("# unknown=1\n# escape=`\nUSER x\n")]
    [InlineData("#\n# escape=`\nUSER x\n")]
    public void Directives_end_at_the_first_line_that_is_none(string source)
    {
        ParseResult result = Parse(source);
        Assert.Empty(result.Diagnostics);
        Assert.Empty(result.Dockerfile.Directives);
        Assert.Equal('\\', result.Dockerfile.EscapeCharacter);
    }

    [Fact]
    public void Directives_are_read_whatever_their_case_and_blanks()
    {
        ParseResult result = Parse("\uFEFF#SYNTAX=docker/dockerfile:1 --x\r\n  # Check = skip=all \r\nUSER x\r\n");
        Assert.Equal(
            [("syntax", "docker/dockerfile:1 --x"), ("check", "skip=all")],
            result.Dockerfile.Directives.Select(d => (d.Name, d.Value)));
        Assert.Equal("# Check = skip=all", result.Source.TextOf(result.Dockerfile.Directives[1].Span));
        Assert.Empty(result.Dockerfile.Instructions[0].LeadingComments);
    }

    [Fact]
    public void A_repeated_directive_is_refused() =>
        Refused("# escape=`\n# escape=\\\nUSER x\n", DiagnosticCodes.RepeatedDirective, "# escape=\\", "remove one of them");

    [Fact]
    public void Another_escape_character_is_refused() =>
        Refused("#escape=x\nUSER x\n", DiagnosticCodes.InvalidEscapeDirective, "#escape=x", "use a backslash (the default) or a backtick");

    [Fact]
    public void Comments_directly_above_belong_to_the_instruction()
    {
        ParseResult result = Parse("# far\n\n# one\n#two \nUSER x\nUSER y\n# a\n#\n# b\nUSER z\n");
        Assert.Equal(["one", "two"], result.Dockerfile.Instructions[0].LeadingComments);
        Assert.Empty(result.Dockerfile.Instructions[1].LeadingComments);
        Assert.Equal(["b"], result.Dockerfile.Instructions[2].LeadingComments);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n  \n")]
    [InlineData("# only\n\\\n")]
    public void A_file_without_instructions_is_refused(string source) =>
        Refused(source, DiagnosticCodes.NoInstructions, "", "a Dockerfile begins with FROM image");

    [Fact]
    public void A_warning_does_not_take_the_place_of_that_error() =>
        Assert.Equal(DiagnosticCodes.NoInstructions, Assert.Single(Parse("# syntax=example/other\n").Diagnostics, d => d.Severity == Severity.Error).Code);

    [Fact]
    public void Every_problem_is_reported_in_source_order()
    {
        ParseResult result = Parse("FORM a\nCOPY x\nUSER u\nENV\nRUN --mout=x true\n");
        Assert.Equal(
            [DiagnosticCodes.UnknownInstruction, DiagnosticCodes.MissingArgument, DiagnosticCodes.MissingArgument, DiagnosticCodes.UnknownFlag],
            result.Diagnostics.Select(d => d.Code));
        Assert.Equal(["FORM a", "USER u", "RUN --mout=x true"], result.Dockerfile.Instructions.Select(i => i.Text));
    }

    [Theory]
    [InlineData("FORM alpine", "FORM", "did you mean 'FROM'?")]
    [InlineData("run: x", "run:", "did you mean 'RUN'?")]
    [InlineData("RUNN x", "RUNN", "did you mean 'RUN'?")]
    [InlineData("entrypiont x", "entrypiont", "did you mean 'ENTRYPOINT'?")]
    [InlineData("&& make", "&&", "to continue the line above, end it with \\")]
    [InlineData("<<<<<<< HEAD", "<<<<<<<", "this is a merge conflict")]
    [InlineData("RUN\u00A0x", "RUN\u00A0x", "the blank U+00A0 in it is part of the word: write an ordinary one")]
    [InlineData("Frobnicate x", "Frobnicate", "a command begins with RUN")]
    public void An_unknown_instruction_is_pointed_at(string source, string culprit, string? hint) =>
        Refused(source, DiagnosticCodes.UnknownInstruction, culprit, hint);
}
