using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Builder.Executor.Tracing;

namespace Builder.Cli.Tracing;

/// <summary>Spans as the message ExportTraceServiceRequest in OTLP's JSON: ids in hexadecimal, 64 bit numbers as text, enumerations as numbers.</summary>
internal static class OtlpJson
{
    private const int InternalKind = 1;
    private const int ErrorStatus = 2;

    public static byte[] Encode(IEnumerable<Activity> phases, OtlpSettings settings)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceSpans");
            json.WriteStartObject();
            json.WriteStartObject("resource");
            WriteAttributes(json, settings.Resource);
            json.WriteEndObject();
            json.WriteStartArray("scopeSpans");
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", Phases.SourceName);
            json.WriteEndObject();
            json.WriteStartArray("spans");
            foreach (Activity phase in phases) WriteSpan(json, phase);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteSpan(Utf8JsonWriter json, Activity phase)
    {
        json.WriteStartObject();
        json.WriteString("traceId", phase.TraceId.ToHexString());
        json.WriteString("spanId", phase.SpanId.ToHexString());
        if (phase.ParentSpanId != default) json.WriteString("parentSpanId", phase.ParentSpanId.ToHexString());
        json.WriteString("name", phase.DisplayName);
        json.WriteNumber("kind", InternalKind);
        (ulong start, ulong end) = OtlpTime.Of(phase);
        json.WriteString("startTimeUnixNano", start.ToString(CultureInfo.InvariantCulture));
        json.WriteString("endTimeUnixNano", end.ToString(CultureInfo.InvariantCulture));
        WriteAttributes(json, phase.GetTagItem(Phases.SubjectTag) is string subject ? [new(Phases.SubjectTag, subject)] : []);
        if (phase.Status == ActivityStatusCode.Error)
        {
            json.WriteStartObject("status");
            json.WriteNumber("code", ErrorStatus);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> attributes)
    {
        json.WriteStartArray("attributes");
        foreach ((string name, string value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", name);
            json.WriteStartObject("value");
            json.WriteString("stringValue", value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
