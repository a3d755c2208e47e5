using Builder.Parser.Text;

namespace Builder.Parser.Syntax;

/// <summary>One word of an instruction before expansion: quotes, escapes and variables still stand in it.</summary>
/// <param name="Text">The word with continuations joined (of a JSON form: the decoded string).</param>
/// <param name="Span">Where it stands; covers continuations inside the word.</param>
public sealed record Word(string Text, SourceSpan Span);
