using Builder.Parser.Text;

namespace Builder.Parser;

/// <summary>Reads a Dockerfile. Pure: no I/O, no environment, no variable expansion.</summary>
public static class DockerfileParser
{
    /// <summary>The build argument that takes the place of the syntax directive.</summary>
    public const string SyntaxArgument = "BUILDKIT_SYNTAX";

    /// <summary>Parses a whole file and reports every problem in it.</summary>
    /// <param name="source">The file.</param>
    /// <param name="syntax">Value of <see cref="SyntaxArgument"/>, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static ParseResult Parse(SourceText source, string? syntax = null, CancellationToken cancellationToken = default) =>
        new ParsePass(source, syntax).Run(cancellationToken);
}
