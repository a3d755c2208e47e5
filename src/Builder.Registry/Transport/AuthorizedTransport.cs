using System.Net;
using System.Net.Http.Headers;
using Builder.Registry.Authentication;

namespace Builder.Registry.Transport;

/// <summary>Requests with a login or token, which is fetched when a registry asks for one and again when it has expired.</summary>
internal sealed class AuthorizedTransport(RegistryTransport transport, Authenticator authenticator)
{
    internal RegistryTransport Plain => transport;

    /// <summary>The answer, whatever it is, after answering a challenge once when there is one.</summary>
    internal async Task<HttpResponseMessage> SendAsync(Access access, RegistryRequest request, CancellationToken cancellationToken)
    {
        // What a registry names as the next place may be somebody else's.
        bool isHome = string.Equals(request.Uri.Authority, access.Endpoint.Base.Authority, StringComparison.OrdinalIgnoreCase) && request.Uri.Scheme == access.Endpoint.Base.Scheme;
        AuthenticationHeaderValue? sent = isHome ? authenticator.Find(access) : null;
        HttpResponseMessage response = await transport.SendAsync(request with { Authorization = sent }, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !isHome) return response;
        AuthenticationHeaderValue? answer;
        using (response) answer = await authenticator.AnswerAsync(access, sent, response, cancellationToken);
        if (answer is null)
            throw new RegistryException($"access denied by {access.Endpoint.Base.Authority}; {await authenticator.AdviceAsync(access, cancellationToken)}", HttpStatusCode.Unauthorized);
        return await transport.SendAsync(request with { Authorization = answer }, cancellationToken);
    }

    /// <summary>The answer when it is a success.</summary>
    /// <exception cref="RegistryException">It isn't; with the server's own words.</exception>
    internal async Task<HttpResponseMessage> RequireAsync(Access access, RegistryRequest request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendAsync(access, request, cancellationToken);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw await ExplainAsync(access, response, cancellationToken);
    }

    /// <summary>The error that an answer is.</summary>
    internal async Task<RegistryException> ExplainAsync(Access access, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        RegistryException failure = await transport.FailureAsync(response, access.Endpoint.Base.Authority, cancellationToken);
        string? found = response.StatusCode switch
        {
            HttpStatusCode.NotFound => "not found",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "access denied, or no such repository",
            HttpStatusCode.TooManyRequests => "the registry's rate limit is reached",
            _ => null,
        };
        if (found is null) return failure;
        string advice = response.StatusCode == HttpStatusCode.NotFound ? "" : "; " + await authenticator.AdviceAsync(access, cancellationToken);
        return new RegistryException($"{found} ({failure.Message}){advice}", failure.Status) { RetryAfter = failure.RetryAfter };
    }
}
