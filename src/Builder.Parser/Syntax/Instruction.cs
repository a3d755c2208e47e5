using Builder.Parser.Text;

namespace Builder.Parser.Syntax;

/// <summary>One instruction of a Dockerfile. The set of subtypes is closed.</summary>
/// <param name="Keyword">The keyword as written (case kept for lint).</param>
/// <param name="Span">From the keyword to the last character, here-documents included.</param>
public abstract record Instruction(Word Keyword, SourceSpan Span)
{
    /// <summary>The instruction on one line as the author wrote it (continuations joined, comments dropped), for progress and history.</summary>
    public required string Text { get; init; }

    /// <summary>Comment lines directly above, without <c>#</c>; they describe stages and arguments.</summary>
    public SyntaxList<string> LeadingComments { get; init; }
}
