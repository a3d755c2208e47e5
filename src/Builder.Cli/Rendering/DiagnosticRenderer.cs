using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Cli.Rendering;

/// <summary>Prints a diagnostic: place and message, the source line with the culprit underlined, and what would fix it.</summary>
/// <param name="output">Where to.</param>
/// <param name="colors">Whether to use ANSI colours.</param>
/// <param name="width">Cells of a screen line; longer source lines are cut around the culprit.</param>
internal sealed class DiagnosticRenderer(TextWriter output, bool colors, int width = DiagnosticRenderer.DefaultWidth)
{
    /// <summary>Width where none is known.</summary>
    internal const int DefaultWidth = 120;

    private const string Reset = "\u001b[0m";
    private const string Bold = "\u001b[1m";
    private const string Red = "\u001b[1;31m";
    private const string Yellow = "\u001b[1;33m";
    private const string Blue = "\u001b[34m";
    private const string Cyan = "\u001b[36m";

    /// <summary>Prints one diagnostic; lines end with a line feed.</summary>
    public void Render(SourceText source, Diagnostic diagnostic)
    {
        LinePosition position = source.PositionOf(diagnostic.Span.Start);
        (string severity, string color) = diagnostic.Severity == Severity.Error ? ("error", Red) : ("warning", Yellow);
        string place = $"{SourceExcerpt.Escape(source.FileName)}:{position.Line}:{position.Column}:";
        string message = SourceExcerpt.Escape(diagnostic.Message);
        Line($"{Paint(place, Bold)} {Paint($"{severity} {diagnostic.Code}:", color)} {Paint(message, Bold)}");

        string number = position.Line.ToString();
        int start = position.Column - 1;
        int gutter = number.Length + 4;
        SourceExcerpt excerpt = SourceExcerpt.Of(source.LineText(position.Line), start, start + diagnostic.Span.Length, width - gutter);
        Line(Paint($" {number} |", Blue) + (excerpt.Text.Length > 0 ? " " + excerpt.Text : ""));
        Line($"{Paint($" {new string(' ', number.Length)} |", Blue)} {excerpt.Indent}{Paint(excerpt.Marks, color)}");

        if (diagnostic.Hint is not null) Line($"{Paint("hint:", Cyan)} {SourceExcerpt.Escape(diagnostic.Hint)}");
    }

    private void Line(string text)
    {
        output.Write(text);
        output.Write('\n');
    }

    private string Paint(string text, string color) => colors ? color + text + Reset : text;
}
