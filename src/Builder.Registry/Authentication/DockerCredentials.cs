using System.Text;
using System.Text.Json;

namespace Builder.Registry.Authentication;

/// <summary>What a file of logins says: docker's config.json or containers' auth.json, which has the same form.</summary>
public sealed class DockerCredentials
{
    private const int MaxFileSize = 1 << 20;
    private const string DockerHubKey = "https://index.docker.io/v1/";

    private readonly Dictionary<string, Login> _logins = new(StringComparer.OrdinalIgnoreCase);

    private DockerCredentials()
    {
    }

    /// <summary>No login at all.</summary>
    public static DockerCredentials None { get; } = new();

    /// <summary>The program <c>docker-credential-NAME</c> that keeps all logins that have no program of their own, or null.</summary>
    internal string? Store { get; private set; }

    /// <summary>The programs that keep the logins of single registries, by the names that images have.</summary>
    internal Dictionary<string, string> Helpers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a config.json; a file that isn't there holds no login.</summary>
    /// <exception cref="FormatException">The file is too large or malformed; the message never quotes its content.</exception>
    public static DockerCredentials Load(string path)
    {
        if (!File.Exists(path)) return None;
        if (new FileInfo(path).Length > MaxFileSize) throw new FormatException($"'{path}' is larger than {MaxFileSize} bytes");
        var credentials = new DockerCredentials();
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            credentials.Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
#pragma warning disable MA0054 // The text of the inner error may quote a login.
            throw new FormatException($"'{path}' is not a valid file of logins");
#pragma warning restore MA0054
        }

        return credentials;
    }

    /// <summary>The login for a repository of a registry as image names spell it, or null: containers' files may have one for a part of the names only.</summary>
    internal Login? Find(string domain, string repository = "")
    {
        for (string key = repository.Length == 0 ? domain : $"{domain}/{repository}"; key.Length > domain.Length; key = key[..key.LastIndexOf('/')])
        {
            if (_logins.TryGetValue(key, out Login? login)) return login;
        }

        return _logins.GetValueOrDefault(DomainOf(domain));
    }

    /// <summary>The program that keeps the login of a registry, or null.</summary>
    internal string? HelperOf(string domain) => Helpers.GetValueOrDefault(domain) ?? Store;

    /// <summary>A registry as image names spell it, from the spellings that files have.</summary>
    internal static string DomainOf(string server)
    {
        if (server == DockerHubKey) return "docker.io";
        string rest = server.Contains("://", StringComparison.Ordinal) ? server[(server.IndexOf("://", StringComparison.Ordinal) + 3)..] : server;
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? rest : rest[..slash];
        return host is "index.docker.io" or "registry-1.docker.io" ? "docker.io" : host;
    }

    // docker's keys may be addresses, whose path means nothing; those of containers may end in a part of the names of repositories.
    private static string KeyOf(string server)
    {
        int slash = server.IndexOf('/', StringComparison.Ordinal);
        string path = slash < 0 || server.Contains("://", StringComparison.Ordinal) ? "" : server[(slash + 1)..].Trim('/');
        return path is "" or "v1" or "v2" ? DomainOf(server) : $"{DomainOf(server)}/{path}";
    }

    private void Read(JsonElement root)
    {
        Store = Text(root, "credsStore");
        if (root.TryGetProperty("credHelpers", out JsonElement helpers) && helpers.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty helper in helpers.EnumerateObject())
            {
                if (Text(helpers, helper.Name) is { } name) Helpers[DomainOf(helper.Name)] = name;
            }
        }

        if (!root.TryGetProperty("auths", out JsonElement auths) || auths.ValueKind != JsonValueKind.Object) return;
        foreach (JsonProperty server in auths.EnumerateObject())
        {
            if (server.Value.ValueKind == JsonValueKind.Object && ReadLogin(server.Value) is { } login) _logins[KeyOf(server.Name)] = login;
        }
    }

    private static Login? ReadLogin(JsonElement entry)
    {
        if (Text(entry, "identitytoken") is { } identity) return new Login("", identity, IsIdentityToken: true);
        if (Text(entry, "auth") is { } encoded)
        {
            string decoded = Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).TrimEnd('\0');
            int colon = decoded.IndexOf(':', StringComparison.Ordinal);
            return colon > 0 ? new Login(decoded[..colon], decoded[(colon + 1)..]) : throw new FormatException("an auth entry has no password");
        }

        return Text(entry, "username") is { } user ? new Login(user, Text(entry, "password") ?? "") : null;
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
