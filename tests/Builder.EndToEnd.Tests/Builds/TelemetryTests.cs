using System.Text.Json;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Builds send their phases to the collector that OpenTelemetry's variables name.</summary>
public sealed class TelemetryTests
{
    private const string Dockerfile = "FROM busybox\nRUN echo hello > /greeting\nCOPY file /\n";

    [EndToEndFact]
    public async Task A_build_and_a_cached_build_are_one_span_each_with_their_steps_in_it_and_belong_to_the_callers_trace()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("file", "text");
        foreach (string wanted in new[] { "step", "context digest" })
        {
            using var collector = new SpanCollector();
            SetVariables(workspace, collector.Address);
            (await workspace.BuildTextAsync(Dockerfile)).Succeeded();
            JsonElement[] spans = [.. collector.Spans];
            JsonElement root = Assert.Single(spans, s => Text(s, "parentSpanId") == "b7ad6b7169203331");
            Assert.Equal("build", Text(root, "name"));
            Assert.All(spans, s => Assert.Equal("0af7651916cd43dd8448eb211c80319c", Text(s, "traceId")));
            HashSet<string> ids = [.. spans.Select(s => Text(s, "spanId"))];
            Assert.All(spans, s => Assert.True(Text(s, "spanId") == Text(root, "spanId") || ids.Contains(Text(s, "parentSpanId")), Text(s, "name")));
            Assert.Contains(spans, s => Text(s, "name") == wanted);
            if (wanted == "step") Assert.Contains(spans, s => Subject(s) == "RUN echo hello > /greeting");
        }
    }

    [EndToEndFact]
    public async Task A_failed_build_says_so_in_its_span()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        using var collector = new SpanCollector();
        SetVariables(workspace, collector.Address);
        Assert.NotEqual(0, (await workspace.BuildTextAsync("FROM busybox\nRUN exit 3\n")).ExitCode);
        JsonElement root = Assert.Single(collector.Spans, s => Text(s, "name") == "build");
        Assert.Equal(2, root.GetProperty("status").GetProperty("code").GetInt32());
    }

    [EndToEndFact]
    public async Task A_collector_that_is_not_there_is_one_warning_and_no_failure()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("file", "text");
        string address;
        using (var gone = new SpanCollector()) address = gone.Address;
        SetVariables(workspace, address);
        CommandResult result = (await workspace.BuildTextAsync(Dockerfile)).Succeeded();
        Assert.Single(result.Error.Split('\n'), line => line.StartsWith($"warning: the build's spans could not be sent to {address}: ", StringComparison.Ordinal));
    }

    private static void SetVariables(Workspace workspace, string address)
    {
        workspace.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = address;
        workspace.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/json";
        workspace.Environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60000";
        workspace.Environment["TRACEPARENT"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    }

    private static string? Subject(JsonElement span) =>
        span.GetProperty("attributes").EnumerateArray().Select(a => a.GetProperty("value").GetProperty("stringValue").GetString()).FirstOrDefault();

    private static string Text(JsonElement span, string name) => span.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";
}
