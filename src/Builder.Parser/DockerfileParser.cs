using Builder.Parser.Text;

namespace Builder.Parser;

/// <summary>Reads a Dockerfile. Pure: no I/O, no environment, no variable expansion.</summary>
public static class DockerfileParser
{
    /// <summary>Parses a whole file and reports every problem in it.</summary>
    public static ParseResult Parse(SourceText source) => new ParsePass(source).Run();
}
