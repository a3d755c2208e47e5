using System.Diagnostics;
using System.Globalization;
using Builder.Cli.Hosting;

namespace Builder.Cli.Tracing;

/// <summary>What OpenTelemetry's usual environment variables ask for (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables).</summary>
/// <param name="Endpoint">Where requests go, with the whole path.</param>
/// <param name="Protocol">How.</param>
/// <param name="Timeout">For all requests of a build together.</param>
internal sealed record OtlpSettings(Uri Endpoint, OtlpProtocol Protocol, TimeSpan Timeout)
{
    // The specification has 10 s; a build isn't kept waiting as long as that unless it is told to.
    private const int DefaultTimeout = 3000;
    private const string GrpcPath = "opentelemetry.proto.collector.trace.v1.TraceService/Export";

    /// <summary>Headers of each request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; private init; } = [];

    /// <summary>What describes this program, its name among it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Resource { get; private init; } = [];

    /// <summary>The span that the build belongs to; default when it is one of its own.</summary>
    public ActivityContext Parent { get; private init; }

    /// <summary>What is asked for; null when no spans are to be sent.</summary>
    /// <param name="environment">Of the command.</param>
    /// <param name="warn">Told why variables can't be obeyed.</param>
    public static OtlpSettings? Read(HostEnvironment environment, Action<string> warn)
    {
        string? traces = environment.Variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        string? all = environment.Variable("OTEL_EXPORTER_OTLP_ENDPOINT");
        if ((traces ?? all) is not { } endpoint || !IsWanted(environment)) return null;
        bool hasParent = ActivityContext.TryParse(environment.Variable("TRACEPARENT"), environment.Variable("TRACESTATE"), isRemote: true, out ActivityContext parent);
        // Whoever started this build decided not to record it.
        if (hasParent && !parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)) return null;
        if (ProtocolOf(environment) is not { } protocol)
        {
            warn($"no spans are sent: OTEL_EXPORTER_OTLP_PROTOCOL is '{Of(environment, "PROTOCOL")}', and http/protobuf, http/json and grpc are known");
            return null;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            warn($"no spans are sent: '{endpoint}' is no address that begins with http:// or https:// (OTEL_EXPORTER_OTLP_ENDPOINT)");
            return null;
        }

        bool hasTimeout = int.TryParse(Of(environment, "TIMEOUT"), NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds) && milliseconds > 0;
        return new OtlpSettings(
            protocol == OtlpProtocol.Grpc ? Below(address, GrpcPath) : traces is null ? Below(address, "v1/traces") : address,
            protocol,
            TimeSpan.FromMilliseconds(hasTimeout ? milliseconds : DefaultTimeout))
        {
            Headers = [.. Pairs(Of(environment, "HEADERS"))],
            Resource = ResourceOf(environment),
            Parent = parent,
        };
    }

    private static bool IsWanted(HostEnvironment environment)
    {
        if (string.Equals(environment.Variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)) return false;
        return environment.Variable("OTEL_TRACES_EXPORTER") is not { } exporters || exporters.Split(',', StringSplitOptions.TrimEntries).Contains("otlp", StringComparer.Ordinal);
    }

    private static OtlpProtocol? ProtocolOf(HostEnvironment environment) => Of(environment, "PROTOCOL") switch
    {
        null or "http/protobuf" => OtlpProtocol.HttpProtobuf,
        "http/json" => OtlpProtocol.HttpJson,
        "grpc" => OtlpProtocol.Grpc,
        _ => null,
    };

    // What is said of traces alone goes before what is said of everything.
    private static string? Of(HostEnvironment environment, string name) =>
        environment.Variable("OTEL_EXPORTER_OTLP_TRACES_" + name) ?? environment.Variable("OTEL_EXPORTER_OTLP_" + name);

    private static Uri Below(Uri address, string path) => new(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/" + path);

    private static IReadOnlyList<KeyValuePair<string, string>> ResourceOf(HostEnvironment environment)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["service.name"] = "builder" };
        foreach ((string name, string value) in Pairs(environment.Variable("OTEL_RESOURCE_ATTRIBUTES"))) attributes[name] = value;
        if (environment.Variable("OTEL_SERVICE_NAME") is { } service) attributes["service.name"] = service;
        return [.. attributes];
    }

    // name=value,name=value with values as in URLs, as W3C's baggage has them.
    private static IEnumerable<KeyValuePair<string, string>> Pairs(string? text)
    {
        foreach (string pair in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) yield return new(pair[..equals].Trim(), Uri.UnescapeDataString(pair[(equals + 1)..].Trim()));
        }
    }
}
