using Builder.Parser.Text;

namespace Builder.Parser.Syntax;

/// <summary>A whole Dockerfile.</summary>
/// <param name="Directives">Parser directives from the top of the file.</param>
/// <param name="Instructions">All instructions in order, the global ARGs first; grouping into stages is Builder.Graph's.</param>
public sealed record DockerfileSyntax(SyntaxList<Directive> Directives, SyntaxList<Instruction> Instructions)
{
    /// <summary>The escape character in force: backslash or backtick.</summary>
    public char EscapeCharacter { get; init; } = '\\';

    /// <summary>What the file may use.</summary>
    public FeatureLevel FeatureLevel { get; init; } = FeatureLevel.Newest;
}

/// <summary><c># key=value</c> at the very top.</summary>
/// <param name="Name">Lower-cased: syntax, escape or check.</param>
/// <param name="Value">The text behind <c>=</c>, trimmed.</param>
/// <param name="Span">The whole comment line.</param>
public sealed record Directive(string Name, string Value, SourceSpan Span);
