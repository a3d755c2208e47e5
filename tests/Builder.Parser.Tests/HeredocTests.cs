using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Parser.Tests;

public sealed class HeredocTests : ParserTestBase
{
    [Fact]
    public void A_run_keeps_its_line_and_its_body()
    {
        const string Source = "RUN <<EOF\n# not a comment\n  a \\\n\nb\nEOF\nUSER x\n";
        ParseResult result = Parse(Source);
        Assert.Empty(result.Diagnostics);
        RunInstruction run = Assert.IsType<RunInstruction>(result.Dockerfile.Instructions[0]);
        Assert.Equal("<<EOF", Assert.IsType<ShellCommand>(run.Command).Text);
        Heredoc heredoc = Assert.Single(run.Heredocs);
        Assert.Equal(("EOF", "# not a comment\n  a \\\n\nb\n", true, false, null), (heredoc.Name, heredoc.Content, heredoc.Expand, heredoc.StripTabs, heredoc.FileDescriptor));
        Assert.Equal("<<EOF", result.Source.TextOf(heredoc.Span));
        Assert.Equal(heredoc.Content, result.Source.TextOf(heredoc.ContentSpan));
        Assert.EndsWith("\nEOF", result.Source.TextOf(run.Span), StringComparison.Ordinal);
        Assert.IsType<UserInstruction>(result.Dockerfile.Instructions[1]);
    }

    [Fact]
    public void Bodies_follow_in_the_order_of_their_openers()
    {
        RunInstruction run = One<RunInstruction>("RUN 3<<A cat <<-'B' \\\n  <<\"C d\" > x\na\nA\n\tb\n\t\tB\nc\nC d\n");
        Assert.Equal(
            [("A", "a\n", true, false, 3), ("B", "b\n", false, true, null), ("C d", "c\n", false, false, (int?)null)],
            run.Heredocs.Select(h => (h.Name, h.Content, h.Expand, h.StripTabs, h.FileDescriptor)));
    }

    [Theory]
    [InlineData("<<E\"O\"F", "EOF", false)]
    [InlineData("<<'E O'F", "E OF", false)]
    [InlineData("<<E\\ F", "E F", true)]
    [InlineData("<<\"a\\\"b\"", "a\"b", false)]
    public void Quotes_anywhere_in_the_delimiter_disable_expansion(string opener, string name, bool expand)
    {
        CopyInstruction copy = One<CopyInstruction>($"COPY {opener} /x\n{name}\n");
        Heredoc heredoc = Assert.Single(copy.Heredocs);
        Assert.Equal((name, expand, ""), (heredoc.Name, heredoc.Expand, heredoc.Content));
        Assert.Equal(0, heredoc.ContentSpan.Length);
        Assert.Empty(copy.Sources);
    }

    [Theory]
    [InlineData("RUN echo <<- EOF")]
    [InlineData("RUN echo $((1 << 3))")]
    [InlineData("RUN echo $((a << b))")]
    [InlineData("RUN cat <<< EOF")]
    [InlineData("RUN echo $((1<<3))")]
    [InlineData("RUN echo \"<<EOF\"")]
    [InlineData("RUN echo '<<EOF'")]
    [InlineData("RUN echo it's <<EOF")]
    [InlineData("RUN <<\"\"")]
    [InlineData("RUN [\"a\", \"<<EOF\"]")]
    [InlineData("CMD cat <<EOF")]
    [InlineData("COPY [\"<<EOF\", \"/x\"]")]
    [InlineData("RUN cat<<EOF")]
    public void What_only_resembles_an_opener_opens_nothing(string source) => Assert.Empty(Parse(source).Diagnostics);

    [Fact]
    public void Copy_mixes_files_and_here_documents()
    {
        CopyInstruction copy = One<CopyInstruction>("COPY --chmod=644 a <<x b <<-y /dst/\n1\r\n\tx\nx\n\t2\n\ty\n");
        Assert.Equal(["a", "b"], Texts(copy.Sources));
        Assert.Equal("/dst/", copy.Destination.Text);
        Assert.Equal(["1\r\n\tx\n", "2\n"], copy.Heredocs.Select(h => h.Content));
    }

    [Fact]
    public void A_here_document_can_not_be_the_destination() =>
        Refused("COPY a <<EOF\nEOF\n", DiagnosticCodes.MisplacedHeredoc, "<<EOF", "write COPY source... destination");

    [Fact]
    public void A_here_document_needs_a_destination() =>
        Refused("COPY <<EOF\nEOF\n", DiagnosticCodes.MissingArgument, "<<EOF", "write COPY source... destination");

    [Theory]
    [InlineData("RUN <<EOF\na\n", "<<EOF", "end it with a line that is exactly 'EOF'")]
    [InlineData("RUN <<EOF\na\n EOF\nUSER x\n", "<<EOF", "line 3 has blanks around 'EOF'; only <<- allows them, and only tabs before it")]
    [InlineData("RUN <<-EOF\na\n\tEOF \n", "<<-EOF", "line 3 has blanks around 'EOF'; only <<- allows them, and only tabs before it")]
    [InlineData("COPY <<A <<B /x\nA\n", "<<B", "end it with a line that is exactly 'B'")]
    public void An_unterminated_here_document_is_refused(string source, string culprit, string hint) =>
        Refused(source, DiagnosticCodes.UnterminatedHeredoc, culprit, hint);

    [Fact]
    public void The_terminator_may_end_the_file_and_carry_a_carriage_return()
    {
        Assert.Equal("a\n", One<RunInstruction>("RUN <<EOF\na\nEOF").Heredocs[0].Content);
        Assert.Equal("a\r\n", One<RunInstruction>("RUN <<EOF\r\na\r\nEOF\r\n").Heredocs[0].Content);
    }

    [Fact]
    public void An_onbuild_trigger_keeps_the_bodies_and_parses_to_the_same_instruction()
    {
        OnbuildInstruction onbuild = One<OnbuildInstruction>("ONBUILD RUN <<-A cat 3<<B\n\ta\n\tA\nb\nB\n");
        Assert.Equal("RUN <<-A cat 3<<B\n\ta\nA\nb\nB", onbuild.Trigger);
        RunInstruction inner = Assert.IsType<RunInstruction>(onbuild.Inner);
        RunInstruction again = One<RunInstruction>(onbuild.Trigger);
        Assert.Equal(inner.Heredocs.Select(h => (h.Name, h.Content)), again.Heredocs.Select(h => (h.Name, h.Content)));
        Assert.Equal(["a\n", "b\n"], inner.Heredocs.Select(h => h.Content));
    }
}
