using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Builder.Cli.Formatting.Templates;

/// <summary>How values print, count as true, and compare, as in Go.</summary>
internal static class TemplateValues
{
    /// <summary>As <c>{{.}}</c> prints it.</summary>
    public static string Print(JsonNode? value) => value switch
    {
        null => "<no value>",
        JsonArray array => $"[{string.Join(' ', array.Select(Inner))}]",
        JsonObject map => $"map[{string.Join(' ', map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}:{Inner(p.Value)}"))}]",
        _ when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => value.ToJsonString(),
    };

    /// <summary>Whether <c>{{if}}</c> takes it for true.</summary>
    public static bool IsTrue(JsonNode? value) => value switch
    {
        null => false,
        JsonArray array => array.Count > 0,
        JsonObject map => map.Count > 0,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>().Length > 0,
            JsonValueKind.Number => double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) != 0,
            JsonValueKind.True => true,
            _ => false,
        },
    };

    /// <summary>As compact JSON.</summary>
    /// <param name="value">The value.</param>
    /// <param name="indented">With a line for each part.</param>
    /// <param name="escapesHtml">Whether &lt;, &gt; and &amp; are written as numbers, as Go does of itself.</param>
    public static string Json(JsonNode? value, bool indented = false, bool escapesHtml = false)
    {
        if (value is null) return "null";
        using var bytes = new MemoryStream();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = indented, IndentSize = 4 };
        using (var writer = new Utf8JsonWriter(bytes, options)) value.WriteTo(writer);
        string text = Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        // They stand in texts only.
        return !escapesHtml ? text : text.Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal);
    }

    // Sets have values without fields, which Go prints so.
    private static string Inner(JsonNode? value) => value switch
    {
        null => "<nil>",
        JsonObject { Count: 0 } => "{}",
        _ => Print(value),
    };
}
