using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>A real docker-registry on a free port of this machine: open, or with a login and certificates of its own authority.</summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    public const string User = "ci";

    public const string Password = "correct horse";

    // bcrypt of the password, as the registry's htpasswd file wants it.
    private const string HashedPassword = "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";

    private readonly string _directory = Path.Combine("/var/tmp", $"br{Guid.NewGuid().ToString("N")[..8]}");
    private readonly RunningCommand _process;

    private TestRegistry(bool isProtected)
    {
        Directory.CreateDirectory(_directory);
        Host = $"127.0.0.1:{FreePort()}";
        string config = PathTo("config.yml");
        File.WriteAllText(config, Config(isProtected));
        if (isProtected)
        {
            File.WriteAllText(PathTo("htpasswd"), $"{User}:{HashedPassword}\n");
            WriteCertificates();
        }

        _process = new Command("docker-registry", "serve", config).Start();
    }

    /// <summary>As it stands in image names.</summary>
    public string Host { get; }

    /// <summary>The authority that vouches for a protected registry.</summary>
    public string Authority => PathTo("ca.crt");

    public static async Task<TestRegistry> StartAsync(bool isProtected = false)
    {
        var registry = new TestRegistry(isProtected);
        int port = int.Parse(registry.Host.Split(':')[1], CultureInfo.InvariantCulture);
        for (int attempt = 0; attempt < 600 && !registry._process.HasExited; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return registry;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        await registry.DisposeAsync();
        throw new InvalidOperationException("docker-registry does not listen");
    }

    /// <summary>The digest that a name has there, as skopeo sees it.</summary>
    public static async Task<string> DigestOfAsync(string name) =>
        (await new Command("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", $"docker://{name}").RunAsync()).Succeeded().Output.Trim();

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitAsync(TimeSpan.FromSeconds(60));
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private string PathTo(string name) => Path.Combine(_directory, name);

    private string Config(bool isProtected) => isProtected
        ? $$"""
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: "{{_directory}}/data"} }
            auth: {htpasswd: {realm: test, path: "{{PathTo("htpasswd")}}"} }
            http: {addr: "{{Host}}", tls: {certificate: "{{PathTo("server.crt")}}", key: "{{PathTo("server.key")}}"} }
            """
        : $$"""
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: "{{_directory}}/data"} }
            http: {addr: "{{Host}}"}
            """;

    private void WriteCertificates()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test registry", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 server = request.Create(authority, now.AddDays(-1), now.AddDays(1), [1, 2, 3]);
        File.WriteAllText(Authority, authority.ExportCertificatePem());
        File.WriteAllText(PathTo("server.crt"), server.ExportCertificatePem());
        File.WriteAllText(PathTo("server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
