using System.Net;
using System.Net.Sockets;
using Builder.Oci.Images;
using Polly;
using Polly.Retry;

namespace Builder.Registry.Transport;

/// <summary>When a request is worth another try, and after which pause.</summary>
/// <param name="options">How often, and the clock.</param>
internal sealed class RetryRule(RegistryOptions options)
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(30);

    /// <summary>Repeats what can be repeated.</summary>
    internal ResiliencePipeline<HttpResponseMessage> CreatePipeline()
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = options.TimeProvider };
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                MaxDelay = MaxDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
                DelayGenerator = arguments => ValueTask.FromResult(WishedDelay(arguments.Outcome.Result)),
                OnRetry = static arguments =>
                {
                    arguments.Outcome.Result?.Dispose();
                    return default;
                },
            });
        }

        return builder.Build();
    }

    /// <summary>What a server asks for in Retry-After, within reason; null when it doesn't.</summary>
    internal TimeSpan? WishedDelay(HttpResponseMessage? response)
    {
        TimeSpan? wished = response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - options.TimeProvider.GetUtcNow(),
            _ => null,
        };
        return wished is { } delay ? delay < TimeSpan.Zero ? TimeSpan.Zero : delay < MaxDelay ? delay : MaxDelay : null;
    }

    /// <summary>Waits before a transfer is taken up again.</summary>
    /// <param name="attempt">From 0.</param>
    /// <param name="wished">What the server asked for, or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal Task PauseAsync(int attempt, TimeSpan? wished, CancellationToken cancellationToken)
    {
        double milliseconds = Math.Min(options.RetryDelay.TotalMilliseconds * Math.Pow(2, attempt), MaxDelay.TotalMilliseconds);
#pragma warning disable CA5394 // Chance spreads clients, it keeps no secret.
        TimeSpan pause = wished ?? TimeSpan.FromMilliseconds(milliseconds * (0.5 + Random.Shared.NextDouble()));
#pragma warning restore CA5394
        return Task.Delay(pause, options.TimeProvider, cancellationToken);
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Result.StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented } => true,
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } } => false,
        { Exception: HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } } => false,
        { Exception: HttpRequestException or RegistryException { Status: null, Problem: ImageSourceProblem.Unavailable } } => true,
        _ => false,
    };
}
