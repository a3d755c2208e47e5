using System.Net;
using Builder.Oci;

namespace Builder.Registry;

/// <summary>Where the registry of an image name is. Plain HTTP is spoken with this machine only.</summary>
internal sealed record RegistryEndpoint(Uri Base, string Repository)
{
    private const string DockerHub = "docker.io";
    private const string DockerHubHost = "registry-1.docker.io";

    internal static RegistryEndpoint Of(ImageReference reference)
    {
        string host = reference.Domain == DockerHub ? DockerHubHost : reference.Domain;
        if (!Uri.TryCreate($"https://{host}/v2/", UriKind.Absolute, out Uri? secure)) throw new RegistryException($"'{host}' is not a host that can be reached");
        return new RegistryEndpoint(IsLoopback(secure) ? new UriBuilder(secure) { Scheme = "http", Port = secure.IsDefaultPort ? 80 : secure.Port }.Uri : secure, reference.Path);
    }

    /// <summary>Whether a request may go there: HTTPS anywhere, HTTP to this machine.</summary>
    internal static bool IsAllowed(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && IsLoopback(uri));

    internal Uri Manifest(string tagOrDigest) => new(Base, $"{Repository}/manifests/{tagOrDigest}");

    internal Uri Blob(Digest digest) => new(Base, $"{Repository}/blobs/{digest}");

    private static bool IsLoopback(Uri uri) =>
        string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? address) && IPAddress.IsLoopback(address));
}
