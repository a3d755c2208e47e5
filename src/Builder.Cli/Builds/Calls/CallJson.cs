using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Builder.Parser.Text;

namespace Builder.Cli.Builds.Calls;

/// <summary>What the JSON answers have in common.</summary>
internal static class CallJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints one document with a line break behind it.</summary>
    public static void Print(TextWriter output, Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Options)) write(writer);
        output.Write(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n");
    }

    /// <summary>A property that is left out when there is nothing in it.</summary>
    public static void WriteText(this Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) writer.WriteString(name, value);
    }

    /// <summary>BuildKit's location: lines from 1, characters from 0.</summary>
    public static void WriteLocation(this Utf8JsonWriter writer, SourceText source, SourceSpan span)
    {
        writer.WriteStartObject("location");
        writer.WriteStartArray("ranges");
        writer.WriteStartObject();
        WritePosition(writer, "start", source.PositionOf(span.Start));
        WritePosition(writer, "end", source.PositionOf(span.End));
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>A list with the text of the Dockerfile.</summary>
    public static void WriteSources(this Utf8JsonWriter writer, SourceText source)
    {
        writer.WriteStartArray("sources");
        writer.WriteBase64StringValue(Encoding.UTF8.GetBytes(source.Text));
        writer.WriteEndArray();
    }

    private static void WritePosition(Utf8JsonWriter writer, string name, LinePosition position)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("line", position.Line);
        if (position.Column > 1) writer.WriteNumber("character", position.Column - 1);
        writer.WriteEndObject();
    }
}
