using System.Text.Json;

namespace Builder.Cli.Builds.Calls;

/// <summary>Tells what <c>--call</c> knows.</summary>
internal static class DescribePrinter
{
    private const string Version = "1.0.0";

    private static readonly (string Name, string Description, string[] Options)[] Methods =
    [
        ("outline", "Show what can be set for a target", ["target"]),
        ("targets", "List the stages that can be built", []),
        ("lint", "Check the Dockerfile", []),
        ("subrequests.describe", "List the methods", []),
    ];

    /// <summary>Prints the list.</summary>
    public static void Print(CallFormat format, TextWriter output)
    {
        if (format == CallFormat.Json) CallJson.Print(output, Write);
        else Columns.Write(output, [["NAME", "VERSION", "DESCRIPTION"], .. Methods.Select(m => new[] { m.Name, Version, m.Description })], padding: 1);
    }

    private static void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach ((string name, string description, string[] options) in Methods)
        {
            writer.WriteStartObject();
            writer.WriteString("name", "frontend." + name);
            writer.WriteString("version", Version);
            writer.WriteString("type", "rpc");
            writer.WriteString("description", description);
            WriteNames(writer, "opts", options);
            writer.WriteNull("inputs");
            WriteNames(writer, "metadata", name == "lint" ? ["result.json", "result.txt", "result.statuscode"] : ["result.json", "result.txt"]);
            writer.WriteNull("refs");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteNames(Utf8JsonWriter writer, string property, IEnumerable<string> names)
    {
        writer.WriteStartArray(property);
        foreach (string name in names)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("description", "");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
