using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Graph.Checks;

/// <summary>Something a check found.</summary>
/// <param name="Rule">The check.</param>
/// <param name="Diagnostic">What, where, and what would fix it; the code is the rule's name.</param>
/// <param name="Fix">The change that would do it without further thought, or null.</param>
public sealed record CheckFinding(CheckRule Rule, Diagnostic Diagnostic, TextEdit? Fix = null);

/// <summary>Replaces some text of the Dockerfile.</summary>
/// <param name="Span">What goes.</param>
/// <param name="NewText">What comes.</param>
public sealed record TextEdit(SourceSpan Span, string NewText);
