using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Registry.Authentication;
using Builder.Registry.Transport;

namespace Builder.Registry;

/// <content>Lists what there is. Looks for repositories: by the search that docker's own registry has, else in the catalogue (distribution-spec, "Listing repositories").</content>
public sealed partial class RegistryClient
{
    private const string DockerHub = "docker.io";
    private const int MaxSearchSize = 8 << 20;
    private const int ListPage = 1000;
    private const int MaxListPages = 200;

    private static readonly Uri DockerHubSearch = new("https://index.docker.io/v1/search");

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FoundRepository>> SearchAsync(string domain, string term, int limit, CancellationToken cancellationToken)
    {
        try
        {
            return await _endpoints.AtRegistryAsync(domain, async endpoint =>
            {
                Uri search = domain == DockerHub ? DockerHubSearch : new Uri(endpoint.Base, "/v1/search");
                return await AskSearchAsync(endpoint, domain, search, term, limit, cancellationToken)
                    ?? (IReadOnlyList<FoundRepository>)await ReadCatalogueAsync(endpoint, domain, term, limit, cancellationToken);
            });
        }
        catch (RegistryException error)
        {
            throw new ImageSourceException($"could not search {domain}: {error.Message}", error, error.Problem);
        }
    }

    // Null when the registry has no such search.
    private async Task<List<FoundRepository>?> AskSearchAsync(RegistryEndpoint endpoint, string domain, Uri search, string term, int limit, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(new Uri($"{search}?q={Uri.EscapeDataString(term)}&n={limit}"));
        var access = new Access(endpoint, domain, "");
        using HttpResponseMessage response = await _authorized.SendAsync(access, request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Gone) return null;
        if (!response.IsSuccessStatusCode) throw await _authorized.ExplainAsync(access, response, cancellationToken);
        byte[] content = await _transport.ReadCappedAsync(response, MaxSearchSize, "list of repositories", cancellationToken);

        // Some answer every path with a page for people.
        return response.Content.Headers.ContentType?.MediaType == "text/html" ? null : Read(content, document => ReadResults(document, limit));
    }

    private async Task<List<FoundRepository>> ReadCatalogueAsync(RegistryEndpoint endpoint, string domain, string term, int limit, CancellationToken cancellationToken)
    {
        var found = new List<FoundRepository>();
        var access = new Access(endpoint, domain, "registry:catalog:*");
        await foreach (string name in ReadListAsync(access, new Uri(endpoint.Base, $"_catalog?n={ListPage}"), "repositories", cancellationToken))
        {
            if (name.Contains(term, StringComparison.OrdinalIgnoreCase)) found.Add(new FoundRepository(Harmless(name), "", 0, IsOfficial: false, IsAutomated: false));
            if (found.Count == limit) break;
        }

        return found;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ImageReference>> ListTagsAsync(ImageReference repository, CancellationToken cancellationToken)
    {
        try
        {
            return await _endpoints.PullAsync(repository, async endpoint =>
            {
                var found = new List<ImageReference>();
                await foreach (string tag in ReadListAsync(Access.ToPull(endpoint, repository.Domain), endpoint.Tags(ListPage), "tags", cancellationToken))
                {
                    if (!ImageReference.TryParse($"{repository.Repository}:{tag}", out ImageReference? name) || name.Tag != tag)
                        throw new RegistryException($"it lists '{Harmless(tag)}', which is no tag");
                    found.Add(name);
                }

                return found;
            });
        }
        catch (RegistryException error)
        {
            throw new ImageSourceException($"could not list the tags of {repository.Repository}: {error.Message}", error, error.Problem);
        }
    }

    // An array of names, page by page.
    private async IAsyncEnumerable<string> ReadListAsync(Access access, Uri first, string field, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Uri? page = first;
        for (int i = 0; page is not null && i < MaxListPages; i++)
        {
            using HttpResponseMessage response = await _authorized.RequireAsync(access, new RegistryRequest(page), cancellationToken);
            byte[] content = await _transport.ReadCappedAsync(response, MaxSearchSize, $"list of {field}", cancellationToken);
            List<string> names = Read(content, document => document.GetProperty(field) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().Select(name => name.GetString() ?? "").ToList() : []);
            foreach (string name in names) yield return name;
            page = NextPage(response, page);
        }
    }

    // Link: </v2/_catalog?last=x&n=1000>; rel="next" (RFC 8288)
    private static Uri? NextPage(HttpResponseMessage response, Uri current)
    {
        if (!response.Headers.TryGetValues("Link", out IEnumerable<string>? links)) return null;
        string? next = links.FirstOrDefault(link => link.StartsWith('<') && link.Contains("next", StringComparison.Ordinal));
        int end = next?.IndexOf('>', StringComparison.Ordinal) ?? -1;
        if (next is null || end < 0 || !Uri.TryCreate(current, next[1..end], out Uri? uri)) return null;
        return uri.Authority == current.Authority && uri.Scheme == current.Scheme && uri != current ? uri : null;
    }

    private static List<FoundRepository> ReadResults(JsonElement document, int limit) =>
    [
        .. document.GetProperty("results").EnumerateArray().Take(limit).Select(result => new FoundRepository(
            Harmless(Text(result, "name")),
            Harmless(Text(result, "description")),
            result.TryGetProperty("star_count", out JsonElement stars) && stars.TryGetInt32(out int count) ? count : 0,
            result.TryGetProperty("is_official", out JsonElement official) && official.ValueKind == JsonValueKind.True,
            result.TryGetProperty("is_automated", out JsonElement automated) && automated.ValueKind == JsonValueKind.True)),
    ];

    private static string Text(JsonElement result, string name) =>
        result.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() ?? "" : "";

    private static string Harmless(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);

    private static T Read<T>(byte[] json, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new RegistryException("it answered with something that is no such list");
        }
    }
}
