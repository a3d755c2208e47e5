using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering;

/// <summary>Collects what lowering finds; nothing stops at the first error.</summary>
internal sealed class Findings
{
    private readonly DiagnosticBag _diagnostics = new();
    private readonly HashSet<Diagnostic> _known = [];

    public bool HasErrors => _diagnostics.HasErrors;

    /// <summary>All findings in source order, each once.</summary>
    public IEnumerable<Diagnostic> InSourceOrder => _diagnostics.InOrder();

    /// <summary>Whether another finding of this kind would be lost, so that a hint for it needn't be searched.</summary>
    public bool IsFullOf(Severity severity) => _diagnostics.IsFullOf(severity);

    public void Add(Diagnostic diagnostic)
    {
        if (!_diagnostics.IsFullOf(diagnostic.Severity) && _known.Add(diagnostic)) _diagnostics.Add(diagnostic);
    }

    public void Error(string code, string message, SourceSpan span, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Error, message, span, hint));

    public void Warning(string code, string message, SourceSpan span, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Warning, message, span, hint));
}
