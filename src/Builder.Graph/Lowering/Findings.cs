using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering;

/// <summary>Collects what lowering finds; nothing stops at the first error.</summary>
internal sealed class Findings
{
    private readonly List<Diagnostic> _diagnostics = [];

    public bool HasErrors { get; private set; }

    /// <summary>All findings in source order, each once.</summary>
    public IEnumerable<Diagnostic> InSourceOrder => _diagnostics.Distinct().OrderBy(d => d.Span.Start);

    public void Add(Diagnostic diagnostic)
    {
        _diagnostics.Add(diagnostic);
        HasErrors |= diagnostic.Severity == Severity.Error;
    }

    public void Error(string code, string message, SourceSpan span, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Error, message, span, hint));

    public void Warning(string code, string message, SourceSpan span, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Warning, message, span, hint));
}
