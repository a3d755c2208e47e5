using Builder.Cli.Formatting;
using Builder.Executor;
using Builder.Graph;
using Builder.Parser;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Cli.Rendering;

/// <summary>Tells why a build failed: the last output of the step, the place in the Dockerfile, the reason.</summary>
internal sealed class FailureReport(TextWriter writer)
{
    private const int ContextLines = 2;
    private const string Rule = "--------------------";
    private const string MissingSourceCode = "BLD4003";

    /// <summary>Prints the report.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="log">What the steps wrote.</param>
    /// <param name="parsed">The Dockerfile.</param>
    public void Write(BuildFailedException failure, StepLog log, ParseResult parsed)
    {
        Vertex vertex = failure.Vertex;
        IReadOnlyList<(TimeSpan At, string Line)> tail = log.TailOf(vertex.Id);
        if (tail.Count > 0)
        {
            writer.WriteLine("------");
            writer.WriteLine($" > {vertex.Origin.Label}:");
            foreach ((TimeSpan at, string line) in tail) writer.WriteLine($"{at.TotalSeconds:F3} {line}");
            writer.WriteLine("------");
        }

        SourceSpan? culprit = failure.SourceIndex is { } index && index < vertex.Origin.Sources.Count ? vertex.Origin.Sources[index].Span : null;
        if (vertex.Origin.Line > 0) WriteExcerpt(parsed, vertex.Origin.Line, culprit);
        writer.WriteLine($"builder: {Subject(vertex)}{failure.Message}");
        if (failure.Hint is not null) writer.WriteLine($"hint: {failure.Hint}");
        foreach (MissingSourceFault fault in failure.Further) WriteFurther(parsed, fault);
    }

    private void WriteFurther(ParseResult parsed, MissingSourceFault fault)
    {
        if (fault.SourceIndex >= fault.Vertex.Origin.Sources.Count) return;
        SourceSpan place = fault.Vertex.Origin.Sources[fault.SourceIndex].Span;
        new DiagnosticRenderer(writer, colors: false).Render(parsed.Source, new Diagnostic(MissingSourceCode, Severity.Error, fault.Message, place, fault.Hint));
    }

    private static string Subject(Vertex vertex) => vertex.Origin.SourceText.Length > 0 ? $"{ErrorText.Shorten(vertex.Origin.SourceText)}: " : "";

    private void WriteExcerpt(ParseResult parsed, int line, SourceSpan? culprit)
    {
        SourceText source = parsed.Source;
        if (line > source.LineCount) return;
        int last = LastLine(parsed, line);
        LinePosition? place = culprit is { } span ? source.PositionOf(span.Start) : null;
        writer.WriteLine(place is { } at ? $"{source.FileName}:{at.Line}:{at.Column}" : $"{source.FileName}:{line}");
        writer.WriteLine(Rule);
        int from = Math.Max(1, line - ContextLines);
        int to = Math.Min(source.LineCount, last + ContextLines);
        // The file's final line break is not a line of its own.
        if (to == source.LineCount && to > last && source.LineText(to).Length == 0) to--;
        for (int i = from; i <= to; i++)
        {
            string mark = i >= line && i <= last ? ">>>" : "   ";
            SourceExcerpt? marked = place?.Line == i ? MarkedLine(source, i, place.Value.Column - 1, culprit!.Value.Length) : null; // a place is a culprit's
            writer.WriteLine($"{i,4} | {mark} {marked?.Text ?? PlainLine(source, i)}".TrimEnd());
            if (marked is not null) writer.WriteLine($"     |     {marked.Indent}{marked.Marks}");
        }

        writer.WriteLine(Rule);
    }

    private static SourceExcerpt MarkedLine(SourceText source, int line, int start, int length) =>
        SourceExcerpt.Of(source.LineText(line), start, start + length, DiagnosticRenderer.DefaultWidth);

    private static string PlainLine(SourceText source, int line) => SourceExcerpt.Of(source.LineText(line), 0, 0, DiagnosticRenderer.DefaultWidth).Text;

    private static int LastLine(ParseResult parsed, int line)
    {
        Instruction? instruction = parsed.Dockerfile.Instructions.FirstOrDefault(i => parsed.Source.PositionOf(i.Span.Start).Line == line);
        if (instruction is null) return line;
        int end = Math.Max(instruction.Span.Start, instruction.Span.End - 1);
        return Math.Max(line, parsed.Source.PositionOf(Math.Min(end, parsed.Source.Text.Length)).Line);
    }
}
