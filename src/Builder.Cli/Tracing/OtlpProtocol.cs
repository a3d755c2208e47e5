namespace Builder.Cli.Tracing;

/// <summary>How spans are sent (https://opentelemetry.io/docs/specs/otlp).</summary>
internal enum OtlpProtocol
{
    HttpProtobuf,
    HttpJson,
    Grpc,
}
