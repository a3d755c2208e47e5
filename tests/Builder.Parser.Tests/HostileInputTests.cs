using System.Diagnostics;
using System.Text;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Parser.Tests;

/// <summary>Whatever the file holds, an answer comes soon. The bounds are loose: they tell linear from quadratic, not fast from slow.</summary>
public sealed class HostileInputTests : ParserTestBase
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_million_lines_are_parsed()
    {
        ParseResult result = Timed(Repeat("RUN --mount=type=cache,target=/x echo hi\n", 1_000_000));
        Assert.Empty(result.Diagnostics);
        Assert.Equal(1_000_000, result.Dockerfile.Instructions.Count);
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
