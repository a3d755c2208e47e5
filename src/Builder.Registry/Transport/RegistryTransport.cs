using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Polly;
using Polly.Retry;

namespace Builder.Registry.Transport;

/// <summary>HTTP as registries need it: bounded repetition, redirects that keep logins at home, no endless silence, capped answers.</summary>
internal sealed class RegistryTransport : IDisposable
{
    private const int MaxRedirects = 10;
    private const int MaxErrorSize = 64 << 10;
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(30),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // it would end with the headers; silence is watched per read
    };

    private readonly RegistryOptions _options;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    internal RegistryTransport(RegistryOptions options)
    {
        _options = options;
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = options.TimeProvider };
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                MaxDelay = MaxRetryAfter,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
                DelayGenerator = arguments => ValueTask.FromResult(WishedDelay(arguments.Outcome.Result)),
            });
        }

        _pipeline = builder.Build();
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Sends a GET, following redirects and repeating it when that may help. The status is the caller's to judge.</summary>
    internal async Task<HttpResponseMessage> GetAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await FollowAsync(request, token), cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new RegistryException($"{request.Uri.Authority} can't be reached: {Reason(error)}", inner: error);
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
            throw new RegistryException($"the connection broke while the {what} was read: {error.Message}", inner: error);
        }

        return content.ToArray();
    }

    /// <summary>Turns an answer that is no success into an error with the server's own words.</summary>
    internal async Task<RegistryException> FailureAsync(HttpResponseMessage response, string server, CancellationToken cancellationToken)
    {
        string said;
        try
        {
            said = ErrorText(await ReadCappedAsync(response, MaxErrorSize, "error", cancellationToken));
        }
        catch (RegistryException)
        {
            // The status alone has to do.
            said = "";
        }

        return new RegistryException($"{server} answered {(int)response.StatusCode} {response.StatusCode}{said}", response.StatusCode);
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

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Result.StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented } => true,
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } } => false,
        { Exception: HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } } => false,
        { Exception: HttpRequestException } => true,
        _ => false,
    };

    private static string Reason(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name can't be resolved",
        HttpRequestError.SecureConnectionError => "no secure connection: " + (error.InnerException?.Message ?? error.Message),
        _ => error.InnerException?.Message ?? error.Message,
    };

    private TimeSpan? WishedDelay(HttpResponseMessage? response)
    {
        TimeSpan? wished = response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _options.TimeProvider.GetUtcNow(),
            _ => null,
        };
        return wished is { } delay ? delay < TimeSpan.Zero ? TimeSpan.Zero : delay < MaxRetryAfter ? delay : MaxRetryAfter : null;
    }

    private async Task<HttpResponseMessage> FollowAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        for (int hop = 0; hop <= MaxRedirects; hop++)
        {
            if (!RegistryEndpoint.IsAllowed(request.Uri)) throw new RegistryException($"{request.Uri.Scheme}://{request.Uri.Authority} is not asked: only HTTPS is, and HTTP on this machine");
            HttpResponseMessage response = await SendAsync(request, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return response;
            using (response)
            {
                Uri next = new(request.Uri, response.Headers.Location ?? throw new RegistryException($"{request.Uri.Authority} redirects to nowhere"));
                bool sameOrigin = next.Scheme == request.Uri.Scheme && string.Equals(next.Authority, request.Uri.Authority, StringComparison.OrdinalIgnoreCase);
                request = request with { Uri = next, Authorization = sameOrigin ? request.Authorization : null };
            }
        }

        throw new RegistryException($"{request.Uri.Authority}: more than {MaxRedirects} redirects");
    }

    private async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(_options.IdleTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        using HttpRequestMessage message = request.ToMessage();
        try
        {
            return await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RegistryException($"{request.Uri.Authority} did not answer within {_options.IdleTimeout.TotalSeconds:0.#} seconds");
        }
    }
}
