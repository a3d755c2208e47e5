using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Parser.Tests;

/// <summary>A public corpus, read in place, as it is and in the shapes editors on other systems give it.</summary>
public sealed class CorpusTests
{
    [SharedDataTheory]
    [InlineData("as it is")]
    [InlineData("CRLF")]
    [InlineData("BOM")]
    [InlineData("CRLF and BOM")]
    public void Every_file_to_accept_is_accepted(string variant)
    {
        foreach (string file in Files("accept"))
        {
            // One file names flags that no instruction has: well-formed, and refused for nothing else.
            bool inventsFlags = Path.GetFileName(Path.GetDirectoryName(file)) == "flags";
            ParseResult result = Parse(file, variant);
            Diagnostic[] errors = [.. result.Diagnostics.Where(d => d.Severity == Severity.Error)];
            Assert.All(errors, error => Assert.True(inventsFlags && error.Code == DiagnosticCodes.UnknownFlag, $"{file}: {error}"));
            Assert.NotEmpty(result.Dockerfile.Instructions);
            if (inventsFlags) Assert.Equal(10, result.Dockerfile.Instructions.Count);
        }
    }

    [SharedDataTheory]
    [InlineData("as it is")]
    [InlineData("CRLF")]
    [InlineData("BOM")]
    [InlineData("CRLF and BOM")]
    public void Every_file_to_reject_is_rejected(string variant)
    {
        foreach (string file in Files("reject")) Assert.True(Parse(file, variant).HasErrors, file);
    }

    [SharedDataFact]
    public void Line_ends_and_byte_order_marks_change_nothing_but_places()
    {
        foreach (string file in Files("accept"))
        {
            string[] plain = [.. Parse(file, "as it is").Dockerfile.Instructions.Select(i => i.Text)];
            Assert.Equal(plain, Parse(file, "CRLF").Dockerfile.Instructions.Select(i => i.Text));
            Assert.Equal(plain, Parse(file, "BOM").Dockerfile.Instructions.Select(i => i.Text));
        }
    }

    private static ParseResult Parse(string file, string variant)
    {
        string text = File.ReadAllText(file);
        if (variant.Contains("CRLF", StringComparison.Ordinal)) text = text.ReplaceLineEndings("\r\n");
        if (variant.Contains("BOM", StringComparison.Ordinal)) text = "\uFEFF" + text;
        return DockerfileParser.Parse(new SourceText(text, "Dockerfile"));
    }

    private static string[] Files(string kind) =>
        [.. Directory.EnumerateFiles(Path.Combine(SharedData.Root, "dockerfiles", kind), "Dockerfile", SearchOption.AllDirectories)];
}
