using Builder.Parser.Text;

namespace Builder.Parser.Syntax;

/// <summary>The command of RUN, CMD, ENTRYPOINT or HEALTHCHECK CMD.</summary>
/// <param name="Span">Its place, flags left out.</param>
public abstract record CommandLine(SourceSpan Span);

/// <summary>Text for the SHELL in force; never expanded by the builder.</summary>
/// <param name="Text">The line with continuations joined; for RUN with here-documents the opening line only.</param>
/// <param name="Span">Its place.</param>
public sealed record ShellCommand(string Text, SourceSpan Span) : CommandLine(Span);

/// <summary>A JSON array: executed without a shell.</summary>
/// <param name="Arguments">The decoded strings; may be empty (<c>CMD []</c>).</param>
/// <param name="Span">Its place, brackets included.</param>
public sealed record ExecCommand(SyntaxList<Word> Arguments, SourceSpan Span) : CommandLine(Span);
