using System.Net;
using Builder.Oci;

namespace Builder.Registry;

/// <summary>A repository at a server.</summary>
/// <param name="Base">Ends with <c>/v2/</c>.</param>
/// <param name="Repository">Below it.</param>
internal sealed record RegistryEndpoint(Uri Base, string Repository)
{
    /// <summary>The same server by the other scheme, for one that may speak either.</summary>
    internal bool IsOtherScheme { get; init; }

    internal static RegistryEndpoint At(string host, string repository, bool secure)
    {
        if (!Uri.TryCreate($"{(secure ? "https" : "http")}://{host}/v2/", UriKind.Absolute, out Uri? uri)) throw new RegistryException($"'{host}' is not a host that can be reached");
        return new RegistryEndpoint(uri, repository);
    }

    internal static bool IsLoopback(Uri uri) =>
        string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? address) && IPAddress.IsLoopback(address));

    internal Uri Manifest(string tagOrDigest) => new(Base, $"{Repository}/manifests/{tagOrDigest}");

    internal Uri Tags(int count) => new(Base, $"{Repository}/tags/list?n={count}");

    internal Uri Blob(Digest digest) => new(Base, $"{Repository}/blobs/{digest}");

    internal Uri Uploads(string query) => new(Base, $"{Repository}/blobs/uploads/{query}");
}
