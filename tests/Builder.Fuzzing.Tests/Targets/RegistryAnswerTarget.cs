using System.Net;
using System.Net.Sockets;
using System.Text;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Registry;
using Builder.Registry.Authentication;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>What servers answer, to the byte: heads, bodies, redirects, challenges, tokens, links. One input is a row of answers, each to one connection.</summary>
internal sealed class RegistryAnswerTarget : IFuzzTarget, IDisposable
{
    private const string Separator = "\n%%%%\n";
    private const int Patience = 20;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _server;
    private byte[][] _answers = [];
    private int _next;

    internal RegistryAnswerTarget()
    {
        _listener.Start();
        _server = ServeAsync(_stop.Token);
    }

    public string Name => "answers";

    public IReadOnlyList<byte[]> Seeds { get; } = [.. MakeSeeds().Select(Encoding.Latin1.GetBytes)];

    public IReadOnlyList<string> Words { get; } =
    [
        "\r\n", "\r\n\r\n", Separator, "HTTP/1.1 ", "200", "206", "301", "307", "401", "404", "416", "429", "500", "Content-Length: ", "Content-Length: -1\r\n", "Transfer-Encoding: chunked\r\n", "Location: ", "Location: /v2/\r\n", "Location: //[\r\n",
        "Location: http://127.0.0.1:1/\r\n", "Location: file:///etc/passwd\r\n", "WWW-Authenticate: Bearer realm=\"http://127.0.0.1:PORT/token\",service=\"s\"\r\n", "WWW-Authenticate: Basic\r\n", "Link: </v2/_catalog?last=x>; rel=\"next\"\r\n", "Retry-After: 0\r\n",
        "Content-Range: bytes 5-9/10\r\n", "Content-Type: application/vnd.oci.image.index.v1+json\r\n", "Docker-Content-Digest: sha256:00\r\n", "{\"token\":\"t\"}", "{\"errors\":[{\"code\":\"X\",\"message\":\"\u0007\"}]}", "{", "}", "null", "\0", "\"", ",", "=", "ffffffffffffffff\r\n",
    ];

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _server.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    public void Read(byte[] input)
    {
        string host = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        // Nothing may be asked elsewhere: HTTP goes to this machine only, so there must be no HTTPS.
        string text = Encoding.Latin1.GetString(input).Replace("127.0.0.1:PORT", host, StringComparison.Ordinal).Replace("https", "http", StringComparison.OrdinalIgnoreCase);
        _answers = [.. text.Split(Separator).Select(Encoding.Latin1.GetBytes)];
        _next = 0;
        var options = new RegistryOptions
        {
            Retries = 1,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            IdleTimeout = TimeSpan.FromSeconds(Patience),
            Credentials = CredentialStore.Of(host, new Login("user", "secret-of-the-login")),
        };
        using var client = new RegistryClient(options);
        var reference = ImageReference.Parse($"{host}/a/b:1");
        Refusable(() => client.ResolveAsync(reference, new Platform("linux", "amd64"), CancellationToken.None));
        Refusable(() => ReadBlobAsync(client, reference));
        Refusable(() => client.SearchAsync(host, "a", 5, CancellationToken.None));
    }

    private static void Refusable(Func<Task> ask)
    {
        try
        {
            ask().GetAwaiter().GetResult();
        }
        catch (ImageSourceException error)
        {
            Assert.DoesNotContain(error.Message, char.IsControl);
            Assert.DoesNotContain("secret-of-the-login", error.Message, StringComparison.Ordinal);
        }
    }

    private static async Task ReadBlobAsync(RegistryClient client, ImageReference reference)
    {
        var descriptor = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Sha256("0123456789"u8), Size = 10 };
        await using Stream blob = await client.OpenBlobAsync(reference, descriptor, CancellationToken.None);
        using var copy = new MemoryStream();
        await blob.CopyToAsync(copy);
        Assert.Equal("0123456789"u8.ToArray(), copy.ToArray());
    }

    private static IEnumerable<string> MakeSeeds()
    {
        const string config = """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}""";
        string manifest = $$$"""{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{Digest.Sha256(Encoding.UTF8.GetBytes(config))}}}","size":{{{config.Length}}}},"layers":[]}""";
        string index = $$$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{Digest.Sha256(Encoding.UTF8.GetBytes(manifest))}}}","size":{{{manifest.Length}}},"platform":{"os":"linux","architecture":"amd64"}}]}""";
        string image = Answer("200 OK", manifest, $"Content-Type: {MediaTypes.OciManifest}\r\n");
        string blob = Answer("200 OK", "0123456789", "");
        string catalogue = Answer("200 OK", """{"repositories":["a","b/c"]}""", "Link: </v2/_catalog?last=c>; rel=\"next\"\r\n");
        yield return string.Join(Separator, image, Answer("200 OK", config, ""), blob, Answer("404 Not Found", "", ""), catalogue, catalogue);
        yield return string.Join(
            Separator, Answer("401 Unauthorized", "", "WWW-Authenticate: Bearer realm=\"http://127.0.0.1:PORT/token\",service=\"s\",scope=\"repository:a/b:pull\"\r\n"),
            Answer("200 OK", """{"token":"abc","expires_in":60}""", ""), Answer("200 OK", index, $"Content-Type: {MediaTypes.OciIndex}\r\n"), image, Answer("200 OK", config, ""), blob);
        yield return string.Join(
            Separator, Answer("307 Temporary Redirect", "", "Location: /v2/a/b/manifests/2\r\n"), Answer("401 Unauthorized", "", "WWW-Authenticate: Basic realm=\"x\"\r\n"), image, Answer("200 OK", config, ""),
            Answer("302 Found", "", "Location: http://127.0.0.1:PORT/elsewhere?x=y\r\n"), "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\n01234",
            "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n56789", Answer("200 OK", """{"results":[{"name":"a","star_count":3,"is_official":true}]}""", ""));
        yield return string.Join(
            Separator, Answer("429 Too Many Requests", """{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}""", "Retry-After: 0\r\n"),
            "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n", Answer("500 Oops", "<html>", ""), Answer("416 No", "", ""));
    }

    private static string Answer(string status, string body, string headers) =>
        $"HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}";

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(cancellationToken);
                await AnswerAsync(client, cancellationToken);
            }
            catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
            {
                // The client has gone, or the target is done.
            }
        }
    }

    private async Task AnswerAsync(TcpClient client, CancellationToken cancellationToken)
    {
        NetworkStream stream = client.GetStream();
        byte[] request = new byte[16 << 10];
        if (await stream.ReadAsync(request, cancellationToken) == 0) return;
        byte[][] answers = _answers;
        await stream.WriteAsync(answers[_next++ % answers.Length], cancellationToken);
        client.Client.Shutdown(SocketShutdown.Send);

        // Closing with bytes unread would take the answer away from the client.
        using var brief = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        brief.CancelAfter(TimeSpan.FromSeconds(1));
        while (await stream.ReadAsync(request, brief.Token) > 0)
        {
        }
    }
}
