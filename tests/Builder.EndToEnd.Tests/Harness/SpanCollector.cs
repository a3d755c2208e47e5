using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>An OpenTelemetry collector on loopback that takes spans as JSON.</summary>
internal sealed class SpanCollector : IDisposable
{
    private readonly HttpListener _listener = new();

    /// <summary>Starts.</summary>
    public SpanCollector()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }

        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public string Address { get; }

    /// <summary>All spans, in order of their arrival.</summary>
    public ConcurrentQueue<JsonElement> Spans { get; } = new();

    public void Dispose() => _listener.Close();

    private async Task AcceptAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.InputStream);
            foreach (JsonElement span in body.RootElement.GetProperty("resourceSpans")[0].GetProperty("scopeSpans")[0].GetProperty("spans").EnumerateArray())
                Spans.Enqueue(span.Clone());
            context.Response.Close();
        }
    }
}
