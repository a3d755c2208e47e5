using Builder.Cli.Rendering;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Cli.Tests.Rendering;

public sealed class DiagnosticRendererTests
{
    [Fact]
    public void Place_message_line_marks_and_hint_are_printed() =>
        Assert.Equal(
            """
            Dockerfile:3:1: error BLD1002: unknown instruction 'FORM'
             3 | FORM alpine
               | ^~~~
            hint: did you mean 'FROM'?

            """,
            Render("# a\n\nFORM alpine\nRUN x\n", "FORM", "unknown instruction 'FORM'", "did you mean 'FROM'?"));

    [Fact]
    public void A_warning_without_a_hint_is_three_lines() =>
        Assert.Equal(
            """
            Dockerfile:1:5: warning BLD1002: m
             1 | RUN x
               |     ^

            """,
            Render("RUN x", "x", "m", severity: Severity.Warning));

    [Fact]
    public void Tabs_and_wide_characters_keep_the_marks_below_the_culprit() =>
        Assert.Equal(
            "Dockerfile:1:5: error BLD1002: m\n 1 |     日本 x한y z\n   |          ^~~~\n", Render("\t日本 x한y z", "x한y", "m"));

    [Fact]
    public void A_marked_tab_is_marked_up_to_its_stop() =>
        Assert.Equal(
            """
            Dockerfile:1:4: error BLD1002: m
             1 | RUN x
               |    ^

            """,
            Render("RUN\tx", "\t", "m"));

    [Fact]
    public void Control_characters_and_direction_marks_are_spelled_out() =>
        Assert.Equal(
            """
            Docker\x1B[31mfile:1:5: error BLD1002: no '\x07'
             1 | RUN \x1B[2J\u202Ex
               |     ^~~~
            hint: not \x1B]0;

            """,
            Render("RUN \u001b[2J\u202ex", "\u001b", "no '\a'", "not \u001b]0;", fileName: "Docker\u001b[31mfile"));

    [Fact]
    public void A_long_line_is_cut_around_the_culprit()
    {
        string source = "RUN " + new string('a', 5000) + " culprit " + new string('b', 5000);
        string[] lines = Render(source, "culprit", "m", width: 40).Split('\n');
        Assert.Equal("Dockerfile:1:5006: error BLD1002: m", lines[0]);
        Assert.Equal(" 1 | ...aaaaaaaa culprit bbbbbbbbbbbb...", lines[1]);
        Assert.Equal("   |             ^~~~~~~", lines[2]);
    }

    [Fact]
    public void A_line_of_millions_of_characters_is_shown_quickly()
    {
        string source = "RUN " + new string('a', 8_000_000);
        string text = Render(source, source[4..], "m", width: 60);
        Assert.True(text.Length < 250, text.Length.ToString());
        Assert.StartsWith(" 1 | RUN aaaa", text.Split('\n')[1], StringComparison.Ordinal);
        Assert.Equal(text.Split('\n')[1].Length - 3, text.Split('\n')[2].Length);
    }

    [Fact]
    public void A_culprit_over_several_lines_is_marked_on_its_first() =>
        Assert.Equal(
            """
            Dockerfile:1:6: error BLD1002: m
             1 | FROM alp\
               |      ^~~~

            """,
            Render("FROM alp\\\nine\n", "alp\\\nine", "m"));

    [Fact]
    public void An_empty_span_at_the_end_has_one_mark()
    {
        var source = new SourceText("RUN x", "Dockerfile");
        using var output = new StringWriter();
        new DiagnosticRenderer(output, colors: false).Render(source, new Diagnostic("BLD1001", Severity.Error, "m", new SourceSpan(5, 0)));
        Assert.Equal("Dockerfile:1:6: error BLD1001: m\n 1 | RUN x\n   |      ^\n", output.ToString());
    }

    [Fact]
    public void An_empty_file_has_an_empty_first_line()
    {
        using var output = new StringWriter();
        new DiagnosticRenderer(output, colors: false).Render(
            new SourceText("", "Dockerfile"), new Diagnostic("BLD1001", Severity.Error, "m", new SourceSpan(0, 0)));
        Assert.Equal("Dockerfile:1:1: error BLD1001: m\n 1 |\n   | ^\n", output.ToString());
    }

    [Fact]
    public void Colours_are_added_on_request() =>
        Assert.Equal(
            "\u001b[1mDockerfile:1:5:\u001b[0m \u001b[1;31merror BLD1002:\u001b[0m \u001b[1mm\u001b[0m\n" +
            "\u001b[34m 1 |\u001b[0m RUN x\n\u001b[34m   |\u001b[0m     \u001b[1;31m^\u001b[0m\n\u001b[36mhint:\u001b[0m h\n",
            Render("RUN x", "x", "m", "h", colors: true));

    private static string Render(
        string text, string culprit, string message, string? hint = null, Severity severity = Severity.Error, bool colors = false,
        int width = 120, string fileName = "Dockerfile")
    {
        var span = new SourceSpan(text.IndexOf(culprit, StringComparison.Ordinal), culprit.Length);
        using var output = new StringWriter();
        new DiagnosticRenderer(output, colors, width).Render(
            new SourceText(text, fileName), new Diagnostic("BLD1002", severity, message, span, hint));
        return output.ToString();
    }
}
