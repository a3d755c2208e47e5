using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Builder.Oci.Json;

namespace Builder.Registry.Authentication;

/// <summary>Writes logins to docker's config.json or to the helper programs that it names; all else in the file stays as it is.</summary>
/// <param name="path">The file; made when it is missing, for the owner's eyes only.</param>
public sealed class LoginFile(string path)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    // Of two members of one name, one would be lost when the file is written.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private const string DockerHubKey = "https://index.docker.io/v1/";

    /// <summary>Keeps a login.</summary>
    /// <returns>The helper program that keeps it, or null when the file does, in the clear.</returns>
    /// <exception cref="FormatException">The file is malformed.</exception>
    /// <exception cref="IOException">The file can't be written, or the helper program fails.</exception>
    public async Task<string?> StoreAsync(string domain, Login login, CancellationToken cancellationToken)
    {
        JsonObject root = Read();
        if (DockerCredentials.Load(path).HelperOf(domain) is { } helper)
        {
            await AskAsync(() => new CredentialHelper(helper).StoreAsync(domain, login, cancellationToken));
            JsonObject entries = Entries(root);
            Remove(entries, domain);
            entries[KeyOf(domain)] = new JsonObject();
            Write(root);
            return helper;
        }

        JsonObject auths = Entries(root);
        Remove(auths, domain);
        auths[KeyOf(domain)] = login.IsIdentityToken
            ? new JsonObject { ["identitytoken"] = login.Secret }
            : new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Secret}")) };
        Write(root);
        return null;
    }

    /// <summary>Forgets a login.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="FormatException">The file is malformed.</exception>
    /// <exception cref="IOException">The file can't be written, or the helper program fails.</exception>
    public async Task<bool> EraseAsync(string domain, CancellationToken cancellationToken)
    {
        JsonObject root = Read();
        string? helper = DockerCredentials.Load(path).HelperOf(domain);
        if (helper is not null) await AskAsync(() => new CredentialHelper(helper).EraseAsync(domain, cancellationToken));
        bool removed = root["auths"] is JsonObject auths && Remove(auths, domain);
        if (removed) Write(root);
        return removed || helper is not null;
    }

    private static async Task AskAsync(Func<Task> question)
    {
        try
        {
            await question();
        }
        catch (RegistryException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    private static string KeyOf(string domain) => domain == "docker.io" ? DockerHubKey : domain;

    private static JsonObject Entries(JsonObject root)
    {
        if (root["auths"] is JsonObject present) return present;
        var made = new JsonObject();
        root["auths"] = made;
        return made;
    }

    private static bool Remove(JsonObject entries, string domain)
    {
        string[] keys = [.. entries.Select(entry => entry.Key).Where(key => DockerCredentials.DomainOf(key) == domain)];
        foreach (string key in keys) entries.Remove(key);
        return keys.Length > 0;
    }

    private JsonObject Read()
    {
        if (!File.Exists(path)) return [];
        try
        {
            byte[] json = File.ReadAllBytes(path);
            return (JsonText.IsSound(json) ? JsonNode.Parse(json, documentOptions: Strict) as JsonObject : null) ?? throw new FormatException($"'{path}' is not a valid file of logins");
        }
        catch (JsonException)
        {
#pragma warning disable MA0054 // The text of the inner error may quote a login.
            throw new FormatException($"'{path}' is not a valid file of logins");
#pragma warning restore MA0054
        }
    }

    // A link leads to where the file is kept; a reader sees the old file or the new one.
    private void Write(JsonObject root)
    {
        string target = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
        string directory = Path.GetDirectoryName(target)!; // the path is absolute and names a file
        if (!Directory.Exists(directory)) Directory.CreateDirectory(directory, Private | UnixFileMode.UserExecute);
        string written = $"{target}.{Environment.ProcessId}.partial";
        try
        {
            using (var file = new FileStream(written, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Private }))
            using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1, NewLine = "\n" }))
                root.WriteTo(json);
            File.Move(written, target, overwrite: true);
        }
        catch
        {
            File.Delete(written);
            throw;
        }
    }
}
