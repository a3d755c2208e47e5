using Builder.Parser.Text;

namespace Builder.Parser.Diagnostics;

/// <summary>Collects findings up to a limit, so that a hostile file can't fill the memory or the terminal.</summary>
internal sealed class DiagnosticBag
{
    /// <summary>Most findings that are kept.</summary>
    internal const int Limit = 1000;

    private readonly List<Diagnostic> _items = [];

    /// <summary>Whether findings are lost from here on; reading on is pointless then.</summary>
    public bool IsFull { get; private set; }

    public void Error(string code, string message, SourceSpan span, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Error, message, span, hint));

    public void Warning(string code, string message, SourceSpan span, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Warning, message, span, hint));

    /// <summary>All findings in source order.</summary>
    public IEnumerable<Diagnostic> InOrder() => _items.OrderBy(d => d.Span.Start);

    private void Add(Diagnostic diagnostic)
    {
        if (IsFull) return;
        if (_items.Count < Limit)
        {
            _items.Add(diagnostic);
            return;
        }

        IsFull = true;
        _items.Add(new Diagnostic(
            DiagnosticCodes.TooManyProblems,
            Severity.Error,
            $"more than {Limit} problems; the rest of the file is not checked",
            diagnostic.Span));
    }
}
