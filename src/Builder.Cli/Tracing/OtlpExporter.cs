using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace Builder.Cli.Tracing;

/// <summary>Sends the phases of a build to a collector.</summary>
internal static class OtlpExporter
{
    private const int SpansPerRequest = 1000;
    private const int FramePrefix = 5;
    private const int MostOfAnAnswer = 64 << 10;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Sends all phases, or as many as the time allows.</summary>
    /// <returns>Why that didn't succeed; null when it did.</returns>
    public static async Task<string?> SendAsync(IReadOnlyList<Activity> phases, OtlpSettings settings)
    {
        // The build's own token may be cancelled by now, and its spans are wanted all the same.
        using var timeout = new CancellationTokenSource(settings.Timeout);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostOfAnAnswer };
        try
        {
            foreach (Activity[] chunk in phases.Chunk(SpansPerRequest))
            {
                if (await SendAsync(client, chunk, settings, timeout.Token) is { } refusal) return refusal;
            }

            return null;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return $"it took longer than {settings.Timeout.TotalSeconds:0.###} s (OTEL_EXPORTER_OTLP_TIMEOUT)";
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or FormatException)
        {
            return e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message;
        }
    }

    private static async Task<string?> SendAsync(HttpClient client, Activity[] phases, OtlpSettings settings, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = RequestFor(phases, settings);
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode) return $"the collector answered {(int)response.StatusCode} {response.StatusCode}";
        if (settings.Protocol != OtlpProtocol.Grpc) return null;
        // An answer without content has its status among the headers.
        string? status = ValueOf(response.TrailingHeaders, "grpc-status") ?? ValueOf(response.Headers, "grpc-status");
        if (status == "0") return null;
        string? message = ValueOf(response.TrailingHeaders, "grpc-message") ?? ValueOf(response.Headers, "grpc-message");
        return $"the collector answered with the gRPC status {status ?? "(none)"} {(message is null ? "" : Uri.UnescapeDataString(message))}".TrimEnd();
    }

    private static HttpRequestMessage RequestFor(Activity[] phases, OtlpSettings settings)
    {
        byte[] body = settings.Protocol == OtlpProtocol.HttpJson ? OtlpJson.Encode(phases, settings) : OtlpProtobuf.Encode(phases, settings);
        var request = new HttpRequestMessage(HttpMethod.Post, settings.Endpoint);
        string type = settings.Protocol == OtlpProtocol.HttpJson ? "application/json" : "application/x-protobuf";
        if (settings.Protocol == OtlpProtocol.Grpc)
        {
            type = "application/grpc";
            body = Framed(body);
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        }

        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        foreach ((string name, string value) in settings.Headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    // A message of gRPC: not compressed, its length, itself.
    private static byte[] Framed(byte[] message)
    {
        byte[] frame = new byte[FramePrefix + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, FramePrefix);
        return frame;
    }

    private static string? ValueOf(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
