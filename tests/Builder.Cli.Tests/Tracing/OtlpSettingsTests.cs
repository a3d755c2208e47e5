using System.Collections.Immutable;
using Builder.Cli.Hosting;
using Builder.Cli.Tracing;

namespace Builder.Cli.Tests.Tracing;

public sealed class OtlpSettingsTests
{
    private readonly List<string> _warnings = [];

    [Theory]
    [InlineData("")]
    [InlineData("OTEL_SERVICE_NAME=a OTEL_TRACES_EXPORTER=otlp")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_SDK_DISABLED=True")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_EXPORTER=none")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")]
    public void Nothing_is_sent_unless_it_is_asked_for(string variables)
    {
        Assert.Null(Read(variables));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", "http://c:4318/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=https://c/otlp/", "https://c/otlp/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://d/as/it/is", "http://d/as/it/is")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "http://c:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json", "http://c/v1/traces")]
    public void The_address_is_made_as_the_specification_says(string variables, string address)
    {
        Assert.Equal(address, Read(variables)!.Endpoint.AbsoluteUri);
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=c:4317", "'c:4317' is no address")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_PROTOCOL=thrift", "OTEL_EXPORTER_OTLP_PROTOCOL is 'thrift'")]
    public void What_cannot_be_obeyed_is_one_warning(string variables, string warning)
    {
        Assert.Null(Read(variables));
        Assert.Contains(warning, Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_of_the_service_is_builder_unless_it_is_given()
    {
        const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT=http://c ";
        Assert.Equal(["[service.name, builder]"], Read(Endpoint)!.Resource.Select(a => a.ToString()));
        Assert.Equal(["[service.name, a]", "[k, v,w]"], Read(Endpoint + "OTEL_RESOURCE_ATTRIBUTES=service.name=a,k=v%2Cw,broken")!.Resource.Select(a => a.ToString()));
        Assert.Equal(["[service.name, b]"], Read(Endpoint + "OTEL_RESOURCE_ATTRIBUTES=service.name=a OTEL_SERVICE_NAME=b")!.Resource.Select(a => a.ToString()));
    }

    private OtlpSettings? Read(string variables) => OtlpSettings.Read(
        new HostEnvironment(
            variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToImmutableDictionary(v => v[0], v => v[1], StringComparer.Ordinal), "/"),
        _warnings.Add);
}
