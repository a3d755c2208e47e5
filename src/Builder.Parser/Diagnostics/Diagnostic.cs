using Builder.Parser.Text;

namespace Builder.Parser.Diagnostics;

/// <summary>One finding about a Dockerfile, as data; line and column appear only when it is printed.</summary>
/// <param name="Code">Stable code: BLD1xxx syntax (Parser), BLD2xxx meaning (Graph), the name of a check.</param>
/// <param name="Severity">Error or warning.</param>
/// <param name="Message">What was found, in one sentence without a full stop.</param>
/// <param name="Span">The culprit, to be underlined.</param>
/// <param name="Hint">What would fix it ("did you mean 'build'?"), or null.</param>
public sealed record Diagnostic(string Code, Severity Severity, string Message, SourceSpan Span, string? Hint = null);
