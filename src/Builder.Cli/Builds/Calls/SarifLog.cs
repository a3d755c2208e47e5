using System.Text.Json;
using Builder.Cli.Machine;
using Builder.Graph.Checks;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Cli.Builds.Calls;

/// <summary>Prints findings as SARIF 2.1.0, which code scanning services read.</summary>
internal sealed class SarifLog
{
    private const string SchemaAddress = "https://json.schemastore.org/sarif-2.1.0.json";

    private readonly SourceText _source;
    private readonly Utf8JsonWriter _writer;
    private readonly Dictionary<string, int> _indexes;

    private SarifLog(SourceText source, Utf8JsonWriter writer)
    {
        _source = source;
        _writer = writer;
        _indexes = CheckRules.All.Index().ToDictionary(rule => rule.Item.Name, rule => rule.Index, StringComparer.Ordinal);
    }

    /// <summary>Prints them.</summary>
    public static void Print(SourceText source, IReadOnlyList<CheckFinding> findings, IReadOnlyList<Diagnostic> errors, TextWriter output) =>
        CallJson.Print(output, writer => new SarifLog(source, writer).Write(findings, errors));

    private void Write(IReadOnlyList<CheckFinding> findings, IReadOnlyList<Diagnostic> errors)
    {
        _writer.WriteStartObject();
        _writer.WriteString("$schema", SchemaAddress);
        _writer.WriteString("version", "2.1.0");
        _writer.WriteStartArray("runs");
        _writer.WriteStartObject();
        WriteTool();
        _writer.WriteString("columnKind", "utf16CodeUnits");
        _writer.WriteStartArray("results");
        foreach (Diagnostic error in errors) WriteResult(error, "error", null);
        foreach (CheckFinding finding in findings) WriteResult(finding.Diagnostic, "warning", finding.Fix);
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.WriteEndArray();
        _writer.WriteEndObject();
    }

    private void WriteTool()
    {
        _writer.WriteStartObject("tool");
        _writer.WriteStartObject("driver");
        _writer.WriteString("name", "builder");
        _writer.WriteString("version", VersionCommand.Version);
        _writer.WriteStartArray("rules");
        foreach (CheckRule rule in CheckRules.All)
        {
            _writer.WriteStartObject();
            _writer.WriteString("id", rule.Name);
            _writer.WriteString("name", rule.Name);
            WriteMessage("shortDescription", rule.Description);
            _writer.WriteStartObject("defaultConfiguration");
            _writer.WriteString("level", "warning");
            _writer.WriteBoolean("enabled", rule.Group != CheckGroup.Experimental);
            _writer.WriteEndObject();
            _writer.WriteEndObject();
        }

        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.WriteEndObject();
    }

    private void WriteResult(Diagnostic diagnostic, string level, TextEdit? fix)
    {
        _writer.WriteStartObject();
        _writer.WriteString("ruleId", diagnostic.Code);
        if (_indexes.TryGetValue(diagnostic.Code, out int index)) _writer.WriteNumber("ruleIndex", index);
        _writer.WriteString("level", level);
        WriteMessage("message", diagnostic.Hint is null ? diagnostic.Message : $"{diagnostic.Message} ({diagnostic.Hint})");
        _writer.WriteStartArray("locations");
        _writer.WriteStartObject();
        _writer.WriteStartObject("physicalLocation");
        WriteArtifact();
        WriteRegion("region", diagnostic.Span);
        _writer.WriteEndObject();
        _writer.WriteEndObject();
        _writer.WriteEndArray();
        if (fix is not null) WriteFix(fix, diagnostic.Hint ?? diagnostic.Message);
        _writer.WriteEndObject();
    }

    private void WriteFix(TextEdit fix, string description)
    {
        _writer.WriteStartArray("fixes");
        _writer.WriteStartObject();
        WriteMessage("description", description);
        _writer.WriteStartArray("artifactChanges");
        _writer.WriteStartObject();
        WriteArtifact();
        _writer.WriteStartArray("replacements");
        _writer.WriteStartObject();
        WriteRegion("deletedRegion", fix.Span);
        _writer.WriteStartObject("insertedContent");
        _writer.WriteString("text", fix.NewText);
        _writer.WriteEndObject();
        _writer.WriteEndObject();
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.WriteEndArray();
    }

    private void WriteMessage(string name, string text)
    {
        _writer.WriteStartObject(name);
        _writer.WriteString("text", text);
        _writer.WriteEndObject();
    }

    private void WriteArtifact()
    {
        bool absolute = _source.FileName.StartsWith('/');
        string path = string.Join('/', _source.FileName.Split('/').Select(Uri.EscapeDataString));
        _writer.WriteStartObject("artifactLocation");
        _writer.WriteString("uri", absolute ? "file://" + path : path);
        _writer.WriteEndObject();
    }

    private void WriteRegion(string name, SourceSpan span)
    {
        LinePosition start = _source.PositionOf(span.Start);
        LinePosition end = _source.PositionOf(span.End);
        _writer.WriteStartObject(name);
        _writer.WriteNumber("startLine", start.Line);
        _writer.WriteNumber("startColumn", start.Column);
        _writer.WriteNumber("endLine", end.Line);
        _writer.WriteNumber("endColumn", end.Column);
        _writer.WriteEndObject();
    }
}
