using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Tests;

/// <summary>Short names for what every test does.</summary>
public abstract class ParserTestBase
{
    private protected static ParseResult Parse(string text) => DockerfileParser.Parse(new SourceText(text, "Dockerfile"));

    /// <summary>The only instruction of a text without any finding.</summary>
    private protected static T One<T>(string text)
        where T : Instruction
    {
        ParseResult result = Parse(text);
        Assert.Empty(result.Diagnostics);
        return Assert.IsType<T>(Assert.Single(result.Dockerfile.Instructions));
    }

    /// <summary>The only finding of a text.</summary>
    private protected static Diagnostic OneProblem(string text) => Assert.Single(Parse(text).Diagnostics);

    /// <summary>Checks code, underlined text and hint of the only finding.</summary>
    private protected static void Refused(string text, string code, string culprit, string? hint)
    {
        Diagnostic problem = OneProblem(text);
        Assert.Equal(Severity.Error, problem.Severity);
        Assert.Equal((code, culprit, hint), (problem.Code, text.Substring(problem.Span.Start, problem.Span.Length), problem.Hint));
    }

    private protected static string[] Texts(IEnumerable<Word> words) => [.. words.Select(word => word.Text)];
}
