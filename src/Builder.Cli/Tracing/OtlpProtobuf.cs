using System.Diagnostics;
using Builder.Executor.Tracing;

namespace Builder.Cli.Tracing;

/// <summary>Spans as the message ExportTraceServiceRequest (opentelemetry/proto/collector/trace/v1/trace_service.proto), binary.</summary>
internal static class OtlpProtobuf
{
    private const int InternalKind = 1;
    private const int ErrorStatus = 2;

    public static byte[] Encode(IEnumerable<Activity> phases, OtlpSettings settings)
    {
        var request = new ProtobufWriter();
        request.Message(1, resourceSpans =>
        {
            resourceSpans.Message(1, resource =>
            {
                foreach ((string name, string value) in settings.Resource) WriteAttribute(resource, 1, name, value);
            });
            resourceSpans.Message(2, scopeSpans =>
            {
                scopeSpans.Message(1, scope => scope.Text(1, Phases.SourceName));
                foreach (Activity phase in phases) scopeSpans.Message(2, span => WriteSpan(span, phase));
            });
        });
        return request.Written.ToArray();
    }

    private static void WriteSpan(ProtobufWriter span, Activity phase)
    {
        span.Bytes(1, Convert.FromHexString(phase.TraceId.ToHexString()));
        span.Bytes(2, Convert.FromHexString(phase.SpanId.ToHexString()));
        if (phase.ParentSpanId != default) span.Bytes(4, Convert.FromHexString(phase.ParentSpanId.ToHexString()));
        span.Text(5, phase.DisplayName);
        span.Number(6, InternalKind);
        (ulong start, ulong end) = OtlpTime.Of(phase);
        span.Fixed(7, start);
        span.Fixed(8, end);
        if (phase.GetTagItem(Phases.SubjectTag) is string subject) WriteAttribute(span, 9, Phases.SubjectTag, subject);
        if (phase.Status == ActivityStatusCode.Error) span.Message(15, status => status.Number(3, ErrorStatus));
    }

    private static void WriteAttribute(ProtobufWriter writer, int field, string name, string value) => writer.Message(field, attribute =>
    {
        attribute.Text(1, name);
        attribute.Message(2, any => any.Text(1, value));
    });
}
