using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary>An empty line within a continued instruction; the parser sees it.</summary>
internal static class NoEmptyContinuation
{
    public static CheckRule Rule { get; } =
        new(nameof(NoEmptyContinuation), CheckGroup.Standard, "Continued instructions hold no empty lines") { Run = Run };

    private static void Run(CheckContext context)
    {
        string text = context.Source.Text;
        foreach (Diagnostic diagnostic in context.Parsed.Diagnostics.Where(CheckReport.Covers))
        {
            int end = text.IndexOf('\n', diagnostic.Span.End);
            SourceSpan line = SourceSpan.FromBounds(diagnostic.Span.Start, end < 0 ? text.Length : end + 1);
            context.Report(Rule, diagnostic.Span, diagnostic.Message, diagnostic.Hint, new TextEdit(line, ""));
        }
    }
}
