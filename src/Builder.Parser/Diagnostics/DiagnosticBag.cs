using Builder.Parser.Text;

namespace Builder.Parser.Diagnostics;

/// <summary>Collects findings up to a limit, so that a hostile file can't fill the memory or the terminal.</summary>
public sealed class DiagnosticBag
{
    /// <summary>Most errors that are kept, and most warnings.</summary>
    public const int Limit = 1000;

    private readonly List<Diagnostic> _items = [];
    private int _errors;
    private int _warnings;

    /// <summary>Whether there is any error.</summary>
    public bool HasErrors => _errors > 0;

    /// <summary>Whether errors are lost from here on; reading on is pointless then.</summary>
    public bool IsFull => _errors > Limit;

    /// <summary>Whether a finding of this kind would be lost, so that nothing need be spent on its wording.</summary>
    public bool IsFullOf(Severity severity) => severity == Severity.Error ? IsFull : _warnings > Limit;

    /// <summary>All findings in source order.</summary>
    public IEnumerable<Diagnostic> InOrder() => _items.OrderBy(d => d.Span.Start);

    /// <summary>Adds an error.</summary>
    public void Error(string code, string message, SourceSpan span, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Error, message, span, hint));

    /// <summary>Adds a warning.</summary>
    public void Warning(string code, string message, SourceSpan span, string? hint = null) =>
        Add(new Diagnostic(code, Severity.Warning, message, span, hint));

    /// <summary>Adds a finding.</summary>
    public void Add(Diagnostic diagnostic)
    {
        bool isError = diagnostic.Severity == Severity.Error;
        int before = isError ? _errors++ : _warnings++;
        if (before < Limit) _items.Add(diagnostic);
        if (before != Limit) return;
        string message = isError
            ? $"more than {Limit} problems; the rest of the file is not checked"
            : $"more than {Limit} warnings; the rest of them is not shown";
        _items.Add(new Diagnostic(DiagnosticCodes.TooManyProblems, diagnostic.Severity, message, diagnostic.Span));
    }
}
