using System.Text;
using Builder.Graph.Checks;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Cli.Builds.Calls;

/// <summary>Prints findings in the shape of BuildKit's lint result.</summary>
internal static class CheckJson
{
    /// <summary>Prints them.</summary>
    public static void Print(SourceText source, IReadOnlyList<CheckFinding> findings, IReadOnlyList<Diagnostic> errors, TextWriter output) =>
        CallJson.Print(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("warnings");
            foreach (CheckFinding finding in findings)
            {
                writer.WriteStartObject();
                writer.WriteString("ruleName", finding.Rule.Name);
                writer.WriteString("description", finding.Rule.Description);
                string? hint = finding.Diagnostic.Hint;
                writer.WriteString("detail", hint is null ? finding.Diagnostic.Message : $"{finding.Diagnostic.Message} ({hint})");
                writer.WriteLocation(source, finding.Diagnostic.Span);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("sources");
            writer.WriteStartObject();
            writer.WriteString("filename", source.FileName);
            writer.WriteBase64String("data", Encoding.UTF8.GetBytes(source.Text));
            writer.WriteString("language", "Dockerfile");
            writer.WriteEndObject();
            writer.WriteEndArray();
            if (errors.Count > 0)
            {
                writer.WriteStartObject("buildError");
                writer.WriteString("message", string.Join("; ", errors.Select(error => error.Message)));
                writer.WriteLocation(source, errors[0].Span);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
}
