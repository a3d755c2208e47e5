using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;

namespace Builder.Registry.Tests.Servers;

/// <summary>A registry for one blob at a time that breaks connections while blobs are sent, and knows where it was.</summary>
internal sealed class FlakyUploads : IDisposable
{
    private readonly FakeRegistry _server;
    private readonly MemoryStream _received = new();
    private readonly ConcurrentQueue<long> _breaks;

    /// <summary>Begins to listen.</summary>
    /// <param name="breaks">After how many bytes in all a connection is cut, one after the other.</param>
    internal FlakyUploads(params long[] breaks)
    {
        _breaks = new ConcurrentQueue<long>(breaks);
        _server = new FakeRegistry(AnswerAsync);
    }

    internal string Host => _server.Host;

    internal byte[] Stored { get; private set; } = [];

    internal string? Token { get; set; }

    internal int TokensGiven { get; private set; }

    internal ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Forgets an upload once, as a registry that is started anew does.</summary>
    internal bool ForgetsOnce { get; set; }

    public void Dispose()
    {
        _server.Dispose();
        _received.Dispose();
    }

    private async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        Requests.Enqueue($"{request.HttpMethod} {request.Url!.AbsolutePath}");
        if (request.Url.AbsolutePath == "/token")
        {
            TokensGiven++;
            Token = "t" + TokensGiven;
            await response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes($$"""{"token":"{{Token}}"}"""));
            return;
        }

        if (Token is not null && request.Headers["Authorization"] != "Bearer " + Token)
        {
            await request.InputStream.CopyToAsync(Stream.Null);
            response.StatusCode = 401;
            response.Headers["WWW-Authenticate"] = $"Bearer realm=\"http://{Host}/token\",scope=\"repository:a:pull,push\"";
            return;
        }

        await (request.HttpMethod switch
        {
            "HEAD" => Task.FromResult(response.StatusCode = 404),
            "POST" => Task.FromResult(response.StatusCode = 202),
            "GET" => StatusAsync(response),
            "PATCH" => ReceiveAsync(request, response),
            _ => FinishAsync(request, response),
        });
        if (request.HttpMethod != "HEAD") response.Headers["Location"] = "/v2/a/blobs/uploads/1";
    }

    private Task StatusAsync(HttpListenerResponse response)
    {
        if (ForgetsOnce)
        {
            ForgetsOnce = false;
            _received.SetLength(0);
            response.StatusCode = 404;
            return Task.CompletedTask;
        }

        response.StatusCode = 204;
        response.Headers["Range"] = $"0-{_received.Length - 1}";
        return Task.CompletedTask;
    }

    private async Task ReceiveAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        byte[] buffer = new byte[64 << 10];
        int count;
        while ((count = await request.InputStream.ReadAsync(buffer)) > 0)
        {
            _received.Write(buffer, 0, count);
            if (_breaks.TryPeek(out long limit) && _received.Length >= limit)
            {
                _breaks.TryDequeue(out _);
                throw new IOException("cut");
            }
        }

        // What it was given is good for one piece only.
        if (Token is not null) Token = "expired";
        response.StatusCode = 202;
    }

    private async Task FinishAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        await request.InputStream.CopyToAsync(_received);
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(_received.ToArray()));
        Stored = _received.ToArray();
        response.StatusCode = Uri.UnescapeDataString(request.Url!.Query) == "?digest=" + digest ? 201 : 400;
        response.Headers["Docker-Content-Digest"] = digest;
    }
}
