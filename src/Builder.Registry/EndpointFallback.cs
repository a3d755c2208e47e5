using System.Collections.Concurrent;
using System.Net;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Registry.Configuration;

namespace Builder.Registry;

/// <summary>Tries the places where a repository may be until one answers, and remembers which did.</summary>
internal sealed class EndpointFallback(RegistryHosts hosts)
{
    private readonly ConcurrentDictionary<string, RegistryEndpoint> _worked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Key, Uri Base), bool> _distrusted = new();

    /// <summary>Mirrors first, then the registry itself. The error is the registry's own, with what the mirrors said.</summary>
    internal Task<T> PullAsync<T>(ImageReference reference, Func<RegistryEndpoint, Task<T>> action) =>
        TryAsync(PullKey(reference), hosts.ForPull(reference), action);

    /// <summary>Asks a mirror for nothing more of a repository, since what it sent was not what it should be.</summary>
    /// <returns>Whether there is another place to ask: not when it was the registry itself.</returns>
    internal bool Distrust(ImageReference reference, RegistryEndpoint endpoint)
    {
        if (hosts.ForPush(reference).Any(own => own.Base == endpoint.Base && own.Repository == endpoint.Repository)) return false;
        _distrusted[(PullKey(reference), endpoint.Base)] = true;
        return true;
    }

    /// <summary>The registry itself.</summary>
    internal Task<T> PushAsync<T>(ImageReference reference, Func<RegistryEndpoint, Task<T>> action) =>
        TryAsync("push " + reference.Repository, hosts.ForPush(reference), action);

    /// <summary>A registry as such, not a repository of it.</summary>
    internal Task<T> AtRegistryAsync<T>(string domain, Func<RegistryEndpoint, Task<T>> action) =>
        TryAsync("registry " + domain, hosts.ForRegistry(domain), action);

    private static string PullKey(ImageReference reference) => "pull " + reference.Repository;

    private async Task<T> TryAsync<T>(string key, IReadOnlyList<RegistryEndpoint> endpoints, Func<RegistryEndpoint, Task<T>> action)
    {
        var failures = new List<(RegistryEndpoint Endpoint, RegistryException Error)>();
        foreach (RegistryEndpoint endpoint in Ordered(key, endpoints).Where(endpoint => !_distrusted.ContainsKey((key, endpoint.Base))))
        {
            if (endpoint.IsOtherScheme && (failures.Count == 0 || !MayBeTheScheme(failures[^1].Error))) continue;
            try
            {
                T result = await action(endpoint);
                _worked[key] = endpoint;
                return result;
            }
            catch (RegistryException error)
            {
                failures.Add((endpoint, error));
            }
        }

        throw Explain(endpoints, failures);
    }

    private IEnumerable<RegistryEndpoint> Ordered(string key, IReadOnlyList<RegistryEndpoint> endpoints) =>
        _worked.TryGetValue(key, out RegistryEndpoint? known) ? endpoints.Where(e => e == known).Select(e => e with { IsOtherScheme = false }).Concat(endpoints.Where(e => e != known)) : endpoints;

    // No answer that makes sense, or Go's "client sent an HTTP request to an HTTPS server".
    private static bool MayBeTheScheme(RegistryException error) =>
        error.Status is HttpStatusCode.BadRequest || (error.Status is null && error.Problem == ImageSourceProblem.Unavailable);

    private static RegistryException Explain(IReadOnlyList<RegistryEndpoint> endpoints, List<(RegistryEndpoint Endpoint, RegistryException Error)> failures)
    {
        // The last place is the registry itself; its second scheme is no place of its own, unless that was the one that answered.
        int last = failures.Count - 1;
        RegistryEndpoint origin = endpoints[^1].IsOtherScheme ? endpoints[^2] : endpoints[^1];
        int own = failures.FindIndex(f => f.Endpoint.Base == origin.Base);
        if (own < 0 || failures[own].Error.Status is HttpStatusCode.BadRequest || (failures[last].Error.Status is not null && failures[own].Error.Status is null)) own = last;
        string[] others = [.. failures.Where((f, i) => i != own && f.Endpoint.Base.Authority != failures[own].Endpoint.Base.Authority).Select(f => $"{f.Endpoint.Base.Authority}: {f.Error.Message}").Distinct(StringComparer.Ordinal)];
        if (others.Length == 0) return failures[own].Error;
        RegistryException error = failures[own].Error;
        return new RegistryException($"{error.Message}; before that, mirrors failed: {string.Join("; ", others)}", error.Status, error, error.Problem) { RetryAfter = error.RetryAfter };
    }
}
