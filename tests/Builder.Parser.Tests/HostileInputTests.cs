using System.Diagnostics;
using System.Text;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Tests;

/// <summary>Whatever the file holds, an answer comes soon. The bounds are loose: they tell linear from quadratic, not fast from slow.</summary>
public sealed class HostileInputTests : ParserTestBase
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(3);

    [Fact]
    public void A_million_lines_of_instructions_are_refused_where_the_limit_is_passed()
    {
        ParseResult result = Timed("FROM a\n" + Repeat("RUN --mount=type=cache,target=/x echo hi\n", 1_000_000));
        Diagnostic problem = Assert.Single(result.Diagnostics);
        Assert.Equal(DiagnosticCodes.TooManyInstructions, problem.Code);
        Assert.Equal("RUN", result.Source.TextOf(problem.Span));
        Assert.Equal(ParsePass.MaxInstructions + 1, result.Source.PositionOf(problem.Span.Start).Line);
        Assert.Equal(ParsePass.MaxInstructions, result.Dockerfile.Instructions.Count);
    }

    [Fact]
    public void Reading_can_be_stopped() => Assert.Throws<OperationCanceledException>(() =>
        DockerfileParser.Parse(new SourceText("FROM a\n" + Repeat("RUN true\n", 60_000), "Dockerfile"), cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public void A_copy_of_a_million_words_is_refused_at_the_first_word_too_many()
    {
        ParseResult result = Timed("FROM a\nCOPY " + Repeat(Repeat("x ", 10_000) + "\\\n", 100) + "/\n");
        Diagnostic problem = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticCodes.TooManyWords, "x"), (problem.Code, result.Source.TextOf(problem.Span)));
        Assert.Equal(8, result.Source.PositionOf(problem.Span.Start).Line);
    }

    [Fact]
    public void A_million_lines_of_comments_are_no_obstacle()
    {
        ParseResult result = Timed(Repeat("# c\n\n", 500_000) + "FROM a\n");
        Assert.Empty(result.Diagnostics);
    }

    [Fact]
    public void More_than_a_thousand_warnings_are_cut_off_but_stop_nothing()
    {
        ParseResult result = Timed(Repeat("RUN a \\\n\n b\n", 1500));
        Assert.False(result.HasErrors);
        Assert.Equal(1500, result.Dockerfile.Instructions.Count);
        Assert.Equal(DiagnosticBag.Limit + 1, result.Diagnostics.Count);
        Assert.Equal("more than 1000 warnings; the rest of them is not shown", result.Diagnostics[^1].Message);
    }

    [Theory]
    [InlineData(new byte[] { 0x52, 0x55, 0x4E, 0x20, 0xC3, 0xA9, 0x20, 0xFF, 0x0A }, 6, 0xFF)]
    [InlineData(new byte[] { 0x52, 0x55, 0x4E, 0x20, 0xE6, 0x97, 0x0A }, 4, 0xE6)]
    [InlineData(new byte[] { 0x52, 0x55, 0x4E, 0x20, 0x61, 0xC3 }, 5, 0xC3)]
    public void Bytes_that_are_not_utf_8_are_refused_at_their_place(byte[] content, int place, int culprit)
    {
        Diagnostic problem = Assert.Single(DockerfileParser.Parse(SourceText.FromUtf8(content, "Dockerfile")).Diagnostics);
        Assert.Equal((DiagnosticCodes.InvalidUtf8, new SourceSpan(place, 1), "save the file as UTF-8"), (problem.Code, problem.Span, problem.Hint));
        Assert.Contains($"0x{culprit:X2}", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_utf_16_is_recognised_by_its_mark()
    {
        byte[] content = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("FROM a\n")];
        Diagnostic problem = Assert.Single(DockerfileParser.Parse(SourceText.FromUtf8(content, "Dockerfile")).Diagnostics);
        Assert.Equal((DiagnosticCodes.InvalidUtf8, "is it encoded as UTF-16? Save it as UTF-8"), (problem.Code, problem.Hint));
    }

    [Fact]
    public void A_million_continued_lines_are_one_instruction()
    {
        ParseResult result = Timed("ENV " + Repeat("a=b \\\n", 1_000_000));
        Assert.Equal(1_000_000, Assert.IsType<EnvInstruction>(Assert.Single(result.Dockerfile.Instructions)).Pairs.Count);
    }

    [Fact]
    public void A_line_of_64_MiB_is_refused()
    {
        Diagnostic problem = Assert.Single(Timed("FROM a\nRUN " + new string('x', 64 << 20) + "\nUSER x\n").Diagnostics);
        Assert.Equal((DiagnosticCodes.LineTooLong, 7), (problem.Code, problem.Span.Start));
    }

    [Theory]
    [InlineData('x', 65532, false)]
    [InlineData('x', 65533, true)]
    [InlineData('한', 21844, false)]
    [InlineData('한', 21845, true)]
    public void The_limit_of_a_line_counts_bytes(char c, int count, bool refused) =>
        Assert.Equal(refused, Parse("RUN " + new string(c, count) + "\r\n").HasErrors);

    [Theory]
    [InlineData("# ")]
    [InlineData("RUN x \\\n")]
    [InlineData("RUN <<EOF\n")]
    public void A_line_too_long_is_refused_wherever_it_stands(string before)
    {
        ParseResult result = Parse(before + new string('x', 70_000) + "\nEOF\n");
        Assert.Equal(DiagnosticCodes.LineTooLong, result.Diagnostics[0].Code);
    }

    [Fact]
    public void Nul_characters_are_refused_at_once()
    {
        Refused("FROM a\nRUN \0\0", DiagnosticCodes.NulCharacter, "\0", "remove it; a Dockerfile is plain text");
        string utf16 = string.Concat("FROM a\n".Select(c => $"{c}\0"));
        Refused(utf16, DiagnosticCodes.NulCharacter, "\0", "is it encoded as UTF-16? Save it as UTF-8");
    }

    [Fact]
    public void A_million_unterminated_here_documents_cost_one_pass()
    {
        ParseResult result = Timed(Repeat("RUN <<A <<B\n", 1_000_000));
        Assert.Equal(DiagnosticCodes.UnterminatedHeredoc, Assert.Single(result.Diagnostics).Code);
    }

    [Fact]
    public void Many_here_documents_of_one_copy_cost_one_pass()
    {
        ParseResult result = Timed("COPY " + Repeat(Repeat("<<A ", 1000) + "\\\n", 200) + "/x\n" + Repeat("A\n", 200_000));
        Assert.Equal(200_000, Assert.IsType<CopyInstruction>(Assert.Single(result.Dockerfile.Instructions)).Heredocs.Count);
    }

    [Fact]
    public void A_million_problems_are_cut_off()
    {
        ParseResult result = Timed(Repeat("FORM x\n", 1_000_000));
        Assert.Equal(DiagnosticBag.Limit + 1, result.Diagnostics.Count);
        Assert.Equal(DiagnosticCodes.TooManyProblems, result.Diagnostics[^1].Code);
    }

    [Theory]
    [InlineData("CMD ", "[", "")]
    [InlineData("CMD ", "[", "]")]
    [InlineData("CMD [\"", "\\u0041", "\"]")]
    [InlineData("CMD [\"a\"", ",\"b\"", "]")]
    [InlineData("CMD [1", ",{\"a\":[]}", "]")]
    [InlineData("RUN ", "--mount=x ", "y")]
    [InlineData("COPY ", "<<A ", "/x")]
    [InlineData("COPY ", "\"' ", "/x")]
    [InlineData("ENV ", "a=\\\"", "")]
    [InlineData("", "ONBUILD ", "RUN x")]
    [InlineData("RUN ", "\\", "")]
    public void Long_runs_neither_overflow_the_stack_nor_take_quadratic_time(string before, string repeated, string after)
    {
        // Continuations bring the run past the limit of one line.
        var text = new StringBuilder(before);
        for (int i = 0; i < 200; i++) text.Append(Repeat(repeated, 1500)).Append(repeated == "\\" ? " " : "").Append("\\\n");
        Assert.NotNull(Timed(text.Append(after).ToString()));
    }

    [Fact]
    public void Random_text_gives_a_result_whose_spans_lie_in_the_text()
    {
        var random = new Random(12345);
        string[] pieces =
        [
            "FROM ", "RUN ", "COPY ", "ONBUILD ", "ENV ", "HEALTHCHECK ", "CMD ", "--mount", "=", "a", " ", "\t", "\\\n", "\n", "\r\n", "\"", "'", "[", "]",
            ",", "<<E", "<<-", "E\n", "#", "# escape=`\n", "`", "\\", "{", "}", "$", "\uFEFF", "\u00A0", "\ud800", "--", "日",
        ];
        for (int round = 0; round < 5000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => pieces[random.Next(pieces.Length)]));
            ParseResult result = Parse(text);
            Assert.True(result.HasErrors || result.Dockerfile.Instructions.Count > 0, text);
            foreach (Diagnostic d in result.Diagnostics) Assert.True(d.Span.Start >= 0 && d.Span.Length >= 0 && d.Span.End <= text.Length, text);
            foreach (Instruction i in result.Dockerfile.Instructions) Assert.True(i.Span.Start >= 0 && i.Span.Length > 0 && i.Span.End <= text.Length, text);
        }
    }

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static ParseResult Timed(string text)
    {
        var clock = Stopwatch.StartNew();
        ParseResult result = Parse(text);
        Assert.True(clock.Elapsed < Soon, clock.Elapsed.ToString());
        return result;
    }
}
