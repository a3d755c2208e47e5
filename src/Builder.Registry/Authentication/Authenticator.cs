using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Builder.Registry.Transport;

namespace Builder.Registry.Authentication;

/// <summary>Answers challenges, and remembers what worked for a repository.</summary>
internal sealed class Authenticator(CredentialStore credentials, RegistryTransport transport)
{
    private const int MaxTokenSize = 1 << 20;

    private readonly ConcurrentDictionary<Access, AuthenticationHeaderValue> _known = new();
    private readonly ConcurrentDictionary<Access, SemaphoreSlim> _gates = new();

    internal AuthenticationHeaderValue? Find(Access access) => _known.GetValueOrDefault(access);

    /// <summary>What to send with the next try; null when there is nothing to offer.</summary>
    /// <param name="access">What is wanted.</param>
    /// <param name="refused">What was sent and not accepted, or null: of many requests that were refused at once, one asks for a token.</param>
    /// <param name="refusal">The registry's answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task<AuthenticationHeaderValue?> AnswerAsync(
        Access access, AuthenticationHeaderValue? refused, HttpResponseMessage refusal, CancellationToken cancellationToken)
    {
        if (Challenge.Find(refusal.Headers.WwwAuthenticate) is not { } challenge) return null;
        SemaphoreSlim gate = _gates.GetOrAdd(access, static _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Find(access) is { } renewed && !renewed.Equals(refused)) return renewed;
            Login? login = await credentials.FindAsync(access.Domain, access.Endpoint.Repository, cancellationToken);
            if (login is { IsIdentityToken: true } && !challenge.Is("Bearer")) throw new RegistryException($"the login for {access.Domain} is an identity token, which the registry does not take", HttpStatusCode.Unauthorized);
            AuthenticationHeaderValue? answer = challenge.Is("Bearer") ? new AuthenticationHeaderValue("Bearer", await FetchTokenAsync(access, challenge, login, cancellationToken))
                : login is null ? null
                : Basic(login);
            if (answer is not null) _known[access] = answer;
            return answer is not null && answer.Equals(refused) ? null : answer;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>What might help someone whose access was denied.</summary>
    internal async Task<string> AdviceAsync(Access access, CancellationToken cancellationToken) =>
        await credentials.FindAsync(access.Domain, access.Endpoint.Repository, cancellationToken) is not null ? $"the login kept for {access.Domain} was not accepted for it" : $"no login for it is kept: try builder login {access.Domain}";

    private static AuthenticationHeaderValue Basic(Login login) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Secret}")));

    private async Task<string> FetchTokenAsync(Access access, Challenge challenge, Login? login, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(challenge.Realm, UriKind.Absolute, out Uri? realm) || !transport.IsAllowed(realm))
            throw new RegistryException("the registry sends logins to a place that is not HTTPS");
        RegistryRequest request = login is { IsIdentityToken: true }
            ? RefreshRequest(realm, access, challenge, login)
            : TokenRequest(realm, access, challenge, login);
        using HttpResponseMessage response = await transport.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await transport.FailureAsync(response, $"the token service {realm.Host}", cancellationToken);
        return ReadToken(await transport.ReadCappedAsync(response, MaxTokenSize, "token", cancellationToken));
    }

    private static RegistryRequest TokenRequest(Uri realm, Access access, Challenge challenge, Login? login)
    {
        string[] parts =
        [
            realm.Query.TrimStart('?'),
            challenge.Service is null ? "" : $"service={Uri.EscapeDataString(challenge.Service)}",
            .. access.ScopesWith(challenge.Scope).Select(scope => $"scope={Uri.EscapeDataString(scope)}"),
        ];
        var uri = new UriBuilder(realm) { Query = string.Join('&', parts.Where(part => part.Length > 0)) };
        return new RegistryRequest(uri.Uri) { Authorization = login is null ? null : Basic(login) };
    }

    // An identity token is exchanged for one that opens a repository (OAuth 2, RFC 6749 section 6).
    private static RegistryRequest RefreshRequest(Uri realm, Access access, Challenge challenge, Login login)
    {
        KeyValuePair<string, string>[] fields =
        [
            new("grant_type", "refresh_token"), new("service", challenge.Service ?? ""), new("client_id", "builder"),
            new("scope", string.Join(' ', access.ScopesWith(challenge.Scope))), new("refresh_token", login.Secret),
        ];
        return new RegistryRequest(realm) { Method = HttpMethod.Post, Content = _ => new FormUrlEncodedContent(fields) };
    }

    private static string ReadToken(byte[] json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            foreach (string name in (ReadOnlySpan<string>)["token", "access_token"])
            {
                if (document.RootElement.TryGetProperty(name, out JsonElement token) && token.ValueKind == JsonValueKind.String
                    && token.GetString() is { Length: > 0 } text && !text.AsSpan().ContainsAnyExceptInRange('!', '~'))
                {
                    return text;
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RegistryException("the token service answered with something that is no token");
        }

        throw new RegistryException("the token service gave no token");
    }
}
