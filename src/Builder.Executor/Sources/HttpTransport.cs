using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Builder.Graph.Sources;

namespace Builder.Executor.Sources;

/// <summary>HTTP for sources: redirects that keep logins at home, bounded repetition, no endless silence.</summary>
internal sealed class HttpTransport : IDisposable
{
    private const int MaxRedirects = 10;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(300);

    private readonly SourceSettings _settings;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public HttpTransport(SourceSettings settings, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = settings.IdleTimeout < TimeSpan.FromSeconds(30) ? settings.IdleTimeout : TimeSpan.FromSeconds(30),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // it would end with the headers; silence is watched per read
        };
    }

    /// <summary>Sends a GET, following redirects. The status is a success or Not Modified.</summary>
    /// <param name="url">Where.</param>
    /// <param name="known">What the server gave before, so that it need not send it again; or null.</param>
    /// <param name="verified">Whether what comes is checked against a digest: then it may come over plain http.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SourceException">It can't be had.</exception>
    public async Task<HttpResponseMessage> GetAsync(string url, Cache.Downloads.Download? known, bool verified, CancellationToken cancellationToken)
    {
        string shown = UrlText.Redacted(url);
        _settings.RequireOnline(shown);
        for (int attempt = 0; ; attempt++)
        {
            SourceException failure;
            try
            {
                HttpResponseMessage response = await FollowAsync(new Uri(url), known, verified, cancellationToken);
                if (response.IsSuccessStatusCode || (known is not null && response.StatusCode == HttpStatusCode.NotModified)) return response;
                using (response) failure = Refused(shown, response.StatusCode);
                if (!IsTransient(response.StatusCode) || attempt >= _settings.Retries) throw failure;
            }
            catch (HttpRequestException e)
            {
                failure = new SourceException($"{shown} can't be reached: {Reason(e)}", "check the address and the network", e);
                if (!IsTransient(e) || attempt >= _settings.Retries) throw failure;
            }

            await Task.Delay(RetryDelay * (attempt + 1), _time, cancellationToken);
        }
    }

    /// <summary>Reads a part of a body; fails when nothing comes for too long.</summary>
    /// <exception cref="IOException">The connection broke or fell silent.</exception>
    public async Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(_settings.IdleTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        try
        {
            return await body.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException e) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no data came for {_settings.IdleTimeout.TotalSeconds:0.#} seconds", e);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> FollowAsync(Uri uri, Cache.Downloads.Download? known, bool verified, CancellationToken cancellationToken)
    {
        string? login = Login(uri) ?? SourceCredentials.ForHttp(_settings, uri);
        Uri first = uri;
        for (int hop = 0; hop <= MaxRedirects; hop++)
        {
            HttpResponseMessage response = await SendAsync(uri, login, known, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return response;
            using (response)
            {
                Uri next = new(uri, response.Headers.Location ?? throw new SourceException($"{Shown(uri)} redirects to nowhere"));
                if (next.Scheme != Uri.UriSchemeHttp && next.Scheme != Uri.UriSchemeHttps) throw new SourceException($"{Shown(uri)} redirects to {next.Scheme}:, which is not followed");
                if (uri.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp && !verified)
                    throw new SourceException($"{Shown(uri)} redirects from https to http, where anybody on the way could change the file", "pin the content with --checksum, or use an http URL");
                if (!SameOrigin(uri, next)) login = SourceCredentials.ForHttp(_settings, next);
                uri = next;
            }
        }

        throw new SourceException($"{Shown(first)}: more than {MaxRedirects} redirects");
    }

    private async Task<HttpResponseMessage> SendAsync(Uri uri, string? login, Cache.Downloads.Download? known, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, uri);
        message.Headers.TryAddWithoutValidation("User-Agent", "builder");
        if (login is not null) message.Headers.TryAddWithoutValidation("Authorization", login);
        if (known?.EntityTag is { } tag) message.Headers.TryAddWithoutValidation("If-None-Match", tag);
        else if (known?.LastModified is { } modified) message.Headers.IfModifiedSince = modified;
        using var silence = new CancellationTokenSource(_settings.IdleTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        try
        {
            return await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException e) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SourceException($"{Shown(uri)} did not answer within {_settings.IdleTimeout.TotalSeconds:0.#} seconds", inner: e);
        }
    }

    private static string Shown(Uri uri) => UrlText.Redacted(uri.ToString());

    private static bool SameOrigin(Uri left, Uri right) =>
        left.Scheme == right.Scheme && string.Equals(left.Authority, right.Authority, StringComparison.OrdinalIgnoreCase);

    private static string? Login(Uri uri) => uri.UserInfo.Length == 0
        ? null
        : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Uri.UnescapeDataString(uri.UserInfo)))).ToString();

    private static SourceException Refused(string shown, HttpStatusCode status) => new(
        $"{shown}: the server answered {(int)status} {status}",
        status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? "a login is given as the secret HTTP_AUTH_TOKEN_ or HTTP_AUTH_HEADER_ with the host's name behind" : null);

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or (>= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented);

    private static bool IsTransient(HttpRequestException error) =>
        error.HttpRequestError is not (HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        && error.InnerException is not SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.NetworkUnreachable };

    private static string Reason(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its host name can't be resolved",
        HttpRequestError.SecureConnectionError => "no secure connection: " + (error.InnerException?.Message ?? error.Message),
        _ => error.InnerException?.Message ?? error.Message,
    };
}
