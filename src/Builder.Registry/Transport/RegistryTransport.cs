using System.Net;
using System.Text.Json;
using Builder.Oci.Images;
using Polly;

namespace Builder.Registry.Transport;

/// <summary>HTTP as registries need it: bounded repetition, redirects that keep logins at home, no endless silence, capped answers.</summary>
internal sealed class RegistryTransport : IDisposable
{
    private const int MaxRedirects = 10;
    private const int MaxErrorSize = 64 << 10;

    private readonly HostClients _clients;
    private readonly RegistryOptions _options;
    private readonly RetryRule _retries;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    internal RegistryTransport(RegistryOptions options)
    {
        _options = options;
        _clients = new HostClients(options.Hosts);
        _retries = new RetryRule(options);
        _pipeline = _retries.CreatePipeline();
    }

    /// <summary>When and how transfers are taken up again.</summary>
    internal RetryRule Retries => _retries;

    public void Dispose() => _clients.Dispose();

    /// <summary>Whether a request may go there: HTTPS anywhere, HTTP to this machine and where it is configured.</summary>
    internal bool IsAllowed(Uri uri) => _options.Hosts.IsAllowed(uri);

    /// <summary>Sends a request, following redirects and repeating it when that may help. The status is the caller's to judge.</summary>
    internal async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request.MayRepeat
                ? await _pipeline.ExecuteAsync(async token => await FollowAsync(request, token), cancellationToken)
                : await FollowAsync(request, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new RegistryException($"{request.Uri.Authority} can't be reached: {Reason(error)}", inner: error, problem: ImageSourceProblem.Unavailable);
        }
    }

    /// <summary>Opens the body of an answer; reading it fails when the server falls silent.</summary>
    internal async Task<Stream> OpenBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        new IdleTimeoutStream(await response.Content.ReadAsStreamAsync(cancellationToken), response, _options);

    /// <summary>Reads a body whole, up to a cap.</summary>
    internal async Task<byte[]> ReadCappedAsync(HttpResponseMessage response, int cap, string what, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > cap) throw new RegistryException($"the {what} is larger than {cap} bytes");
        await using Stream body = await OpenBodyAsync(response, cancellationToken);
        using var content = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        try
        {
            int count;
            while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (content.Length + count > cap) throw new RegistryException($"the {what} is larger than {cap} bytes");
                content.Write(buffer, 0, count);
            }
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new RegistryException($"the connection broke while the {what} was read: {error.Message}", inner: error, problem: ImageSourceProblem.Unavailable);
        }

        return content.ToArray();
    }

    /// <summary>Turns an answer that is no success into an error with the server's own words.</summary>
    internal async Task<RegistryException> FailureAsync(HttpResponseMessage response, string server, CancellationToken cancellationToken)
    {
        string said;
        TimeSpan? wished = _retries.WishedDelay(response);
        try
        {
            said = ErrorText(await ReadCappedAsync(response, MaxErrorSize, "error", cancellationToken));
        }
        catch (RegistryException)
        {
            // The status alone has to do.
            said = "";
        }

        return new RegistryException($"{server} answered {(int)response.StatusCode} {response.StatusCode}{said}", response.StatusCode) { RetryAfter = wished };
    }

    // {"errors":[{"code":"…","message":"…"}]}, made harmless for a terminal.
    private static string ErrorText(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement first = document.RootElement.GetProperty("errors")[0];
            string text = first.TryGetProperty("message", out JsonElement message) && message.GetString() is { Length: > 0 } found ? found : first.GetProperty("code").GetString() ?? "";
            return ": " + new string([.. text.Take(300).Select(c => char.IsControl(c) ? '?' : c)]);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return "";
        }
    }

    private static string Reason(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name can't be resolved",
        HttpRequestError.SecureConnectionError => "no secure connection: " + (error.InnerException?.Message ?? error.Message),
        _ => error.InnerException?.Message ?? error.Message,
    };

    private async Task<HttpResponseMessage> FollowAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        for (int hop = 0; hop <= MaxRedirects; hop++)
        {
            if (!IsAllowed(request.Uri)) throw new RegistryException($"{request.Uri.Scheme}://{request.Uri.Authority} is not asked: only HTTPS is, and HTTP on this machine or where it is configured");
            HttpResponseMessage response = await SendOnceAsync(request, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return response;
            using (response)
            {
                Uri next = new(request.Uri, response.Headers.Location ?? throw new RegistryException($"{request.Uri.Authority} redirects to nowhere"));
                bool sameOrigin = next.Scheme == request.Uri.Scheme && string.Equals(next.Authority, request.Uri.Authority, StringComparison.OrdinalIgnoreCase);
                request = request with { Uri = next, Authorization = sameOrigin ? request.Authorization : null };
                if (response.StatusCode == HttpStatusCode.SeeOther) request = request with { Method = HttpMethod.Get, Content = null };
            }
        }

        throw new RegistryException($"{request.Uri.Authority}: more than {MaxRedirects} redirects");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(_options.IdleTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        // What is being sent is no silence.
        using HttpRequestMessage message = request.ToMessage(_ => silence.CancelAfter(_options.IdleTimeout));
        try
        {
            return await _clients.For(request.Uri).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RegistryException($"{request.Uri.Authority} did not answer within {_options.IdleTimeout.TotalSeconds:0.#} seconds", problem: ImageSourceProblem.Unavailable);
        }
    }
}
