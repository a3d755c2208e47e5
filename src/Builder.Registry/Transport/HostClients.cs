using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Builder.Registry.Configuration;

namespace Builder.Registry.Transport;

/// <summary>HTTP clients: one for most servers, and one for each server that is trusted or known in a way of its own.</summary>
internal sealed class HostClients(RegistryHosts hosts) : IDisposable
{
    private readonly HttpClient _usual = Create(new SslClientAuthenticationOptions());
    private readonly ConcurrentDictionary<string, Lazy<HttpClient>> _special = new(StringComparer.OrdinalIgnoreCase);

    internal HttpClient For(Uri uri)
    {
        if (uri.Scheme != Uri.UriSchemeHttps) return _usual;
        return _special.GetOrAdd(uri.Authority, authority => new Lazy<HttpClient>(() => CreateFor(authority))).Value;
    }

    public void Dispose()
    {
        _usual.Dispose();
        foreach (Lazy<HttpClient> client in _special.Values.Where(client => client.IsValueCreated && client.Value != _usual)) client.Value.Dispose();
    }

    private static HttpClient Create(SslClientAuthenticationOptions tls) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        MaxResponseHeadersLength = 64,
        SslOptions = tls,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // it would end with the headers; silence is watched per read
    };

    private HttpClient CreateFor(string authority)
    {
        IReadOnlyList<string> directories = hosts.CertificatesOf(authority);
        bool insecure = hosts.IsInsecure(authority);
        if (directories.Count == 0 && !insecure) return _usual;
        var authorities = new X509Certificate2Collection();
        var own = new X509CertificateCollection();
        foreach (string directory in directories) Read(directory, authorities, own);
        var tls = new SslClientAuthenticationOptions { ClientCertificates = own.Count > 0 ? own : null };
#pragma warning disable CA5359 // The configuration says so for this host; docs/registries.md says what it means.
        if (insecure) tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (authorities.Count > 0) tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, authorities);
        return Create(tls);
    }

    // By the system, or by the authorities configured for the host. The name has to be right in either case.
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors == SslPolicyErrors.None) return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (sent is not null) chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(element => element.Certificate).ToArray());
        return chain.Build(leaf);
    }

    private static void Read(string directory, X509Certificate2Collection authorities, X509CertificateCollection own)
    {
        foreach (string path in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            try
            {
                if (path.EndsWith(".crt", StringComparison.Ordinal)) authorities.ImportFromPemFile(path);
                else if (path.EndsWith(".cert", StringComparison.Ordinal)) own.Add(X509Certificate2.CreateFromPemFile(path, Path.ChangeExtension(path, ".key")));
            }
            catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw new RegistryException($"'{path}' can't be used: {error.Message}", inner: error);
            }
        }
    }
}
