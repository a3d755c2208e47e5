using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Builder.Cli.Hosting;
using Builder.Cli.Tracing;
using Builder.Executor.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Builder.Cli.Tests.Tracing;

public sealed class OtlpExporterTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Spans_arrive_as_json_with_their_parents_subjects_and_status()
    {
        await using Collector collector = await Collector.StartAsync(HttpProtocols.Http1);
        OtlpSettings settings = Settings(collector.Address, "http/json");
        Assert.Null(await OtlpExporter.SendAsync(Spans(settings), settings));

        CollectedRequest request = Assert.Single(collector.Requests);
        Assert.Equal(("/v1/traces", "application/json", "a b"), (request.Path, request.ContentType, request.Headers["x-token"]));
        JsonElement resourceSpans = Assert.Single(JsonDocument.Parse(request.Body).RootElement.GetProperty("resourceSpans").EnumerateArray());
        Assert.Equal(
            ["service.name=ci", "host.name=runner"],
            resourceSpans.GetProperty("resource").GetProperty("attributes").EnumerateArray().Select(a => $"{a.GetProperty("key").GetString()}={a.GetProperty("value").GetProperty("stringValue").GetString()}"));
        JsonElement[] spans = [.. resourceSpans.GetProperty("scopeSpans")[0].GetProperty("spans").EnumerateArray()];
        JsonElement root = spans.Single(s => s.GetProperty("name").GetString() == "build");
        JsonElement step = spans.Single(s => s.GetProperty("name").GetString() == "step");
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"), (root.GetProperty("traceId").GetString(), root.GetProperty("parentSpanId").GetString()));
        Assert.Equal(root.GetProperty("spanId").GetString(), step.GetProperty("parentSpanId").GetString());
        Assert.Equal("1767323045000000000", root.GetProperty("startTimeUnixNano").GetString());
        Assert.Equal("1767323046500000000", root.GetProperty("endTimeUnixNano").GetString());
        Assert.Equal(2, root.GetProperty("status").GetProperty("code").GetInt32());
        Assert.False(step.TryGetProperty("status", out _));
        Assert.Equal("RUN make", step.GetProperty("attributes")[0].GetProperty("value").GetProperty("stringValue").GetString());
    }

    [Theory]
    [InlineData("http/protobuf", "/v1/traces", "application/x-protobuf")]
    [InlineData("grpc", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", "application/grpc")]
    public async Task Spans_arrive_as_protocol_buffers(string protocol, string path, string type)
    {
        await using Collector collector = await Collector.StartAsync(protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        OtlpSettings settings = Settings(collector.Address, protocol);
        Assert.Null(await OtlpExporter.SendAsync(Spans(settings), settings));

        CollectedRequest request = Assert.Single(collector.Requests);
        Assert.Equal((path, type, "a b"), (request.Path, request.ContentType, request.Headers["x-token"]));
        byte[] body = request.Body;
        if (protocol == "grpc")
        {
            Assert.Equal((0, body.Length - 5), (body[0], BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1))));
            body = body[5..];
        }

        ProtobufReader resourceSpans = new ProtobufReader(body).Message(1);
        Assert.Equal(["service.name=ci", "host.name=runner"], resourceSpans.Message(1).Messages(1).Select(a => $"{a.Text(1)}={a.Message(2).Text(1)}"));
        ProtobufReader[] spans = [.. resourceSpans.Message(2).Messages(2)];
        ProtobufReader root = spans.Single(s => s.Text(5) == "build");
        ProtobufReader step = spans.Single(s => s.Text(5) == "step");
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"), (root.Hex(1), root.Hex(4)));
        Assert.Equal(root.Hex(2), step.Hex(4));
        Assert.Equal((1_767_323_045_000_000_000UL, 1_767_323_046_500_000_000UL), (root.Number(7), root.Number(8)));
        Assert.Equal((1UL, 2UL), (root.Number(6), root.Message(15).Number(3)));
        Assert.Equal(("builder.subject", "RUN make"), (step.Message(9).Text(1), step.Message(9).Message(2).Text(1)));
    }

    [Fact]
    public async Task Many_spans_go_in_several_requests()
    {
        await using Collector collector = await Collector.StartAsync(HttpProtocols.Http1);
        OtlpSettings settings = Settings(collector.Address, "http/json");
        using var recorder = new TraceRecorder();
        string name = "one of many " + Guid.NewGuid();
        for (int i = 0; i < 2500; i++) Phases.Begin(name)!.Dispose();
        Activity[] phases = [.. recorder.Ended().Where(p => p.DisplayName == name)];
        Assert.Null(await OtlpExporter.SendAsync(phases, settings));
        Assert.Equal([1000, 1000, 500], collector.Requests.Select(r =>
            JsonDocument.Parse(r.Body).RootElement.GetProperty("resourceSpans")[0].GetProperty("scopeSpans")[0].GetProperty("spans").GetArrayLength()));
    }

    [Fact]
    public async Task A_collector_that_refuses_is_told_of()
    {
        await using Collector refusing = await Collector.StartAsync(HttpProtocols.Http1, StatusCodes.Status401Unauthorized);
        OtlpSettings settings = Settings(refusing.Address, "http/protobuf");
        Assert.Equal("the collector answered 401 Unauthorized", await OtlpExporter.SendAsync(Spans(settings), settings));

        await using Collector full = await Collector.StartAsync(HttpProtocols.Http2, grpcStatus: "8");
        settings = Settings(full.Address, "grpc");
        Assert.Equal("the collector answered with the gRPC status 8 no room", await OtlpExporter.SendAsync(Spans(settings), settings));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_is_told_of()
    {
        string address;
        await using (Collector gone = await Collector.StartAsync(HttpProtocols.Http1)) address = gone.Address;
        OtlpSettings settings = Settings(address, "http/protobuf");
        Assert.Contains("Connection refused", await OtlpExporter.SendAsync(Spans(settings), settings), StringComparison.Ordinal);
    }

    private static OtlpSettings Settings(string address, string protocol)
    {
        var variables = ImmutableDictionary<string, string>.Empty
            .Add("OTEL_EXPORTER_OTLP_ENDPOINT", address).Add("OTEL_EXPORTER_OTLP_PROTOCOL", protocol).Add("OTEL_EXPORTER_OTLP_HEADERS", "x-token=a%20b")
            .Add("OTEL_SERVICE_NAME", "ci").Add("OTEL_RESOURCE_ATTRIBUTES", "host.name=runner").Add("TRACEPARENT", Parent).Add("OTEL_EXPORTER_OTLP_TIMEOUT", "60000");
        OtlpSettings? settings = OtlpSettings.Read(new HostEnvironment(variables, "/"), warning => Assert.Fail(warning));
        Assert.NotNull(settings);
        return settings;
    }

    // A failed build of one step. Other tests' phases may end up in the same recorder.
    private static Activity[] Spans(OtlpSettings settings)
    {
        using var recorder = new TraceRecorder();
        Activity root = Phases.BeginRoot("build", settings.Parent, Start)!;
        Phases.Begin("step", "RUN make")!.Dispose();
        root.SetStatus(ActivityStatusCode.Error);
        root.SetEndTime(Start.AddMilliseconds(1500).UtcDateTime);
        root.Stop();
        return [.. recorder.Ended().Where(p => p == root || p.ParentSpanId == root.SpanId)];
    }
}
