using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser;

/// <summary>What parsing gave: a tree as complete as it could be made, and every problem found.</summary>
/// <param name="Source">The text that was parsed; spans refer to it.</param>
/// <param name="Dockerfile">Instructions that could not be understood are left out.</param>
/// <param name="Diagnostics">In source order.</param>
public sealed record ParseResult(SourceText Source, DockerfileSyntax Dockerfile, SyntaxList<Diagnostic> Diagnostics)
{
    /// <summary>Whether anything stops the build.</summary>
    public bool HasErrors => Diagnostics.Any(d => d.Severity == Severity.Error);
}
