using Builder.Cli.Rendering;
using Builder.Executor;
using Builder.Graph;
using Builder.Parser;
using Builder.Parser.Text;

namespace Builder.Cli.Tests.Rendering;

public sealed class FailureReportTests
{
    private const string Dockerfile = "# a comment\nFROM busybox AS build\nRUN make \\\n    all\nCOPY . /\nUSER app\nCMD [\"app\"]\n";

    [Fact]
    public void A_failed_step_shows_its_last_output_its_place_and_the_reason()
    {
        var log = new StepLog();
        log.Handle(Steps.Started(Steps.Run, 1));
        for (int i = 1; i <= 60; i++) log.Handle(Steps.Output(Steps.Run, 1 + (i / 100.0), $"line {i}"));
        string report = Report(new BuildFailedException(Steps.Run, "exit code 2", exitCode: 2, hint: "look at the makefile"), log);
        string[] lines = report.Split('\n');
        Assert.Equal(["------", " > [build 2/3] RUN make:", "0.110 line 11"], lines.Take(3));
        Assert.Equal(
            [
                "0.600 line 60",
                "------",
                "app/Dockerfile:3",
                "--------------------",
                "   1 |     # a comment",
                "   2 |     FROM busybox AS build",
                "   3 | >>> RUN make \\",
                "   4 | >>>     all",
                "   5 |     COPY . /",
                "   6 |     USER app",
                "--------------------",
                "builder: RUN make: exit code 2",
                "hint: look at the makefile",
                "",
            ],
            lines.Skip(51));
    }

    [Fact]
    public void A_source_at_fault_is_underlined()
    {
        int start = Dockerfile.IndexOf(". /", StringComparison.Ordinal);
        Vertex copy = Steps.Copy with { Origin = Steps.Copy.Origin with { Line = 5, Sources = [new WrittenSource(".", SourceSpan.FromBounds(start, start + 1))] } };
        string report = Report(new BuildFailedException(copy, "it is not there") { SourceIndex = 0 }, new StepLog());
        Assert.Equal(["app/Dockerfile:5:6", "--------------------"], report.Split('\n').Take(2));
        Assert.Contains("   5 | >>> COPY . /\n     |          ^\n   6 |     USER app\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Further_sources_at_fault_are_told_below()
    {
        int start = Dockerfile.IndexOf(". /", StringComparison.Ordinal);
        Vertex copy = Steps.Copy with { Origin = Steps.Copy.Origin with { Line = 5, Sources = [new WrittenSource(".", SourceSpan.FromBounds(start, start + 1))] } };
        var failure = new BuildFailedException(Steps.Run, "it is not there") { Further = [new MissingSourceFault(copy, 0, "nor is this", "look again")] };
        Assert.EndsWith("app/Dockerfile:5:6: error BLD4003: nor is this\n 5 | COPY . /\n   |      ^\nhint: look again\n", Report(failure, new StepLog()), StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_of_the_lines_around_a_step_are_spelled_out()
    {
        string report = Report(new BuildFailedException(Steps.Run, "exit code 2"), new StepLog(), Dockerfile.Replace("a comment", "a \u001b[31mcomment", StringComparison.Ordinal));
        Assert.Contains("   1 |     # a \\x1B[31mcomment\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_without_output_or_place_is_told_in_one_line() =>
        Assert.Equal("builder: load build context: it can't be read\n", Report(new BuildFailedException(Steps.Context, "it can't be read"), new StepLog()));

    [Fact]
    public void Steps_are_counted_without_contexts_and_images()
    {
        var log = new StepLog();
        foreach (var e in new[] { Steps.Started(Steps.Context, 0), Steps.Done(Steps.Context, 0), Steps.Done(Steps.Run, 1), Steps.Cached(Steps.Copy, 1), Steps.Cached(Steps.Scratch, 1) })
            log.Handle(e);
        Assert.Equal((1, 1), (log.Executed, log.Cached));
    }

    private static string Report(BuildFailedException failure, StepLog log, string dockerfile = Dockerfile)
    {
        var writer = new StringWriter { NewLine = "\n" };
        new FailureReport(writer).Write(failure, log, DockerfileParser.Parse(new SourceText(dockerfile, "app/Dockerfile")));
        return writer.ToString();
    }
}
