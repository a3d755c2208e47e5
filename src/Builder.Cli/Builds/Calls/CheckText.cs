using Builder.Cli.Rendering;
using Builder.Graph.Checks;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Cli.Builds.Calls;

/// <summary>Prints findings as <c>docker build --check</c> does, with the culprit underlined and what to do.</summary>
internal static class CheckText
{
    private const int ContextLines = 2;
    private const string Rule = "--------------------";

    /// <summary>Prints them.</summary>
    public static void Print(SourceText source, IReadOnlyList<CheckFinding> findings, bool hasErrors, TextWriter output)
    {
        if (findings.Count == 0)
        {
            if (!hasErrors) output.Write("Check complete, no warnings found.\n");
            return;
        }

        string count = findings.Count == 1 ? "1 warning has been found!" : $"{findings.Count} warnings have been found!";
        output.Write($"Check complete, {count}\n");
        foreach (CheckFinding finding in findings)
        {
            Diagnostic diagnostic = finding.Diagnostic;
            output.Write($"\nWARNING: {finding.Rule.Name}\n{SourceExcerpt.Escape(diagnostic.Message)}\n");
            if (diagnostic.Hint is { } hint) output.Write($"hint: {SourceExcerpt.Escape(hint)}\n");
            WriteExcerpt(source, diagnostic.Span, output);
        }
    }

    private static void WriteExcerpt(SourceText source, SourceSpan span, TextWriter output)
    {
        LinePosition start = source.PositionOf(span.Start);
        int last = Math.Max(start.Line, source.PositionOf(Math.Max(span.Start, span.End - 1)).Line);
        output.Write($"{SourceExcerpt.Escape(source.FileName)}:{start.Line}\n{Rule}\n");
        int to = Math.Min(source.LineCount, last + ContextLines);
        // The file's final line break is not a line of its own.
        if (to == source.LineCount && to > last && source.LineText(to).Length == 0) to--;
        for (int line = Math.Max(1, start.Line - ContextLines); line <= to; line++)
        {
            bool marked = line >= start.Line && line <= last;
            int column = line == start.Line ? start.Column - 1 : 0;
            string text = source.LineText(line);
            if (marked && line > start.Line) column = text.Length - text.TrimStart().Length;
            int end = line == last ? span.End - LineStart(source, span, line) : text.TrimEnd('\\', ' ').Length;
            SourceExcerpt excerpt = SourceExcerpt.Of(text, column, end, DiagnosticRenderer.DefaultWidth);
            output.Write($"{line,4} | {(marked ? ">>>" : "   ")} {excerpt.Text}".TrimEnd() + "\n");
            if (marked) output.Write($"     |     {excerpt.Indent}{excerpt.Marks}\n");
        }

        output.Write(Rule + "\n");
    }

    private static int LineStart(SourceText source, SourceSpan span, int line)
    {
        LinePosition position = source.PositionOf(Math.Max(span.Start, span.End - 1));
        return position.Line == line ? Math.Max(span.Start, span.End - 1) - position.Column + 1 : span.Start;
    }
}
