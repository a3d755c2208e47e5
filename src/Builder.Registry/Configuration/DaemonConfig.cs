using System.Text.Json;

namespace Builder.Registry.Configuration;

/// <summary>What docker's daemon.json says about registries: registry-mirrors (of Docker Hub) and insecure-registries.</summary>
internal static class DaemonConfig
{
    private const string DockerHub = "docker.io";

    internal static RegistryHosts AddTo(RegistryHosts hosts, byte[] json, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            List<string> insecure = [.. hosts.Insecure, .. Texts(document.RootElement, "insecure-registries").Select(RegistriesConf.HostOf)];
            var mirrors = new List<RegistryMirror>();
            foreach (string address in Texts(document.RootElement, "registry-mirrors"))
            {
                if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)) throw new FormatException($"'{path}': '{address}' is not the address of a mirror");
                bool isPlain = uri.Scheme == Uri.UriSchemeHttp;
                if (isPlain) insecure.Add(uri.Authority);
                mirrors.Add(new RegistryMirror(uri.Authority + uri.AbsolutePath.TrimEnd('/'), isPlain));
            }

            RegistryHosts result = hosts with { Insecure = [.. insecure.Distinct(StringComparer.OrdinalIgnoreCase)] };
            return mirrors.Count == 0 || hosts.Rules.Any(rule => rule.Prefix == DockerHub) ? result
                : result with { Rules = [.. hosts.Rules, new RegistryRule(DockerHub, null, IsInsecure: false, IsBlocked: false, [.. mirrors])] };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FormatException($"'{path}' is not valid JSON: {error.Message}", error);
        }
    }

    private static IEnumerable<string> Texts(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!) // the kind excludes null
            : [];
}
