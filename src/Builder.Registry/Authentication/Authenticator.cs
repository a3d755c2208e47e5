using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Builder.Registry.Transport;

namespace Builder.Registry.Authentication;

/// <summary>Answers challenges, and remembers what worked for a repository.</summary>
internal sealed class Authenticator(DockerCredentials credentials, RegistryTransport transport)
{
    private const int MaxTokenSize = 1 << 20;

    private readonly ConcurrentDictionary<RegistryEndpoint, AuthenticationHeaderValue> _known = new();

    internal AuthenticationHeaderValue? Find(RegistryEndpoint endpoint) => _known.GetValueOrDefault(endpoint);

    /// <summary>What to send with the next try; null when there is nothing to offer.</summary>
    internal async Task<AuthenticationHeaderValue?> AnswerAsync(RegistryEndpoint endpoint, string domain, HttpResponseMessage refusal, CancellationToken cancellationToken)
    {
        if (Challenge.Find(refusal.Headers.WwwAuthenticate) is not { } challenge) return null;
        Login? login = credentials.Find(domain);
        if (login is { IsIdentityToken: true }) throw new RegistryException($"the login for {domain} is an identity token, which is not supported");
        AuthenticationHeaderValue? answer = challenge.Is("Bearer") ? new AuthenticationHeaderValue("Bearer", await FetchTokenAsync(endpoint, challenge, login, cancellationToken))
            : login is null ? null
            : Basic(login);
        if (answer is not null) _known[endpoint] = answer;
        return answer;
    }

    /// <summary>What might help someone whose access was denied.</summary>
    internal string Advice(string domain) => credentials.Find(domain) is not null ? "the login in Docker's config.json was not accepted for it"
        : credentials.HasHelper ? "no login was used: Docker's config.json leaves it to a credential helper, which is not supported"
        : "no login for it is in Docker's config.json";

    private static AuthenticationHeaderValue Basic(Login login) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Secret}")));

    private async Task<string> FetchTokenAsync(RegistryEndpoint endpoint, Challenge challenge, Login? login, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(challenge.Realm, UriKind.Absolute, out Uri? realm) || !RegistryEndpoint.IsAllowed(realm))
            throw new RegistryException("the registry sends logins to a place that is not HTTPS");
        string scope = challenge.Scope ?? $"repository:{endpoint.Repository}:pull";
        string query = string.Join('&', new[] { realm.Query.TrimStart('?'), challenge.Service is null ? "" : $"service={Uri.EscapeDataString(challenge.Service)}", $"scope={Uri.EscapeDataString(scope)}" }.Where(part => part.Length > 0));
        var uri = new UriBuilder(realm) { Query = query };
        using HttpResponseMessage response = await transport.GetAsync(new RegistryRequest(uri.Uri) { Authorization = login is null ? null : Basic(login) }, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await transport.FailureAsync(response, $"the token service {realm.Host}", cancellationToken);
        return ReadToken(await transport.ReadCappedAsync(response, MaxTokenSize, "token", cancellationToken));
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
