using System.Text;

namespace Builder.Executor.Sources;

/// <summary>Finds among the secrets of a build what a server is shown.</summary>
internal static class SourceCredentials
{
    /// <summary>The Authorization header for a file on a host, or null.</summary>
    public static string? ForHttp(SourceSettings settings, Uri uri) =>
        Secret(settings, "HTTP_AUTH_HEADER_" + uri.Host) ?? (Secret(settings, "HTTP_AUTH_TOKEN_" + uri.Host) is { } token ? "Bearer " + token : null);

    /// <summary>The Authorization header for a repository, or null. Plain http shows what it carries to everybody, so it carries none.</summary>
    public static string? ForGit(SourceSettings settings, string remote)
    {
        if (!Uri.TryCreate(remote, UriKind.Absolute, out Uri? uri) || (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))) return null;
        if ((Secret(settings, "GIT_AUTH_HEADER." + uri.Host) ?? Secret(settings, "GIT_AUTH_HEADER")) is { } header) return header;
        return (Secret(settings, "GIT_AUTH_TOKEN." + uri.Host) ?? Secret(settings, "GIT_AUTH_TOKEN")) is { } token
            ? "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("x-access-token:" + token))
            : null;
    }

    private static string? Secret(SourceSettings settings, string id) =>
        settings.Secret(id)?.Trim() is { Length: > 0 } value
            ? value.Any(char.IsControl) ? throw new SourceException($"the secret '{id}' has control characters in it: it can't be sent as a header") : value
            : null;
}
