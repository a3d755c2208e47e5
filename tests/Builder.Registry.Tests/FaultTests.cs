using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;
using Builder.Registry.Authentication;
using Builder.Registry.Tests.Servers;

namespace Builder.Registry.Tests;

public class FaultTests
{
    private static readonly byte[] Blob = [.. Enumerable.Range(0, 50_000).Select(i => (byte)(i * 7))];
    private static readonly byte[] ConfigBytes = OciJson.WriteConfig(new ImageConfig { Os = "linux", Architecture = "amd64", RootFs = new RootFs { DiffIds = [Digest.Sha256(Blob)] } });
    private static readonly Descriptor BlobDescriptor = new() { MediaType = MediaTypes.OciLayer, Digest = Digest.Sha256(Blob), Size = Blob.Length };
    private static readonly byte[] Manifest = OciJson.WriteManifest(new ImageManifest
    {
        MediaType = MediaTypes.OciManifest,
        Layers = [BlobDescriptor],
        Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Sha256(ConfigBytes), Size = ConfigBytes.Length },
    });

    private static readonly RegistryOptions Fast = new() { RetryDelay = TimeSpan.FromMilliseconds(1), IdleTimeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task A_bearer_token_is_fetched_with_the_login_and_sent_only_to_the_registry()
    {
        using var store = new FakeRegistry((_, response) => SendAsync(response, Blob));
        using var registry = new FakeRegistry((request, response) =>
        {
            if (request.Url!.AbsolutePath == "/token") return SendAsync(response, """{"token":"t0ken"}"""u8.ToArray());
            if (request.Headers["Authorization"] != "Bearer t0ken") return ChallengeAsync(request, response, $"Bearer realm=\"http://{request.UserHostName}/token?x=1\",service=\"the \\\"service\\\"\",scope=\"repository:a:pull\"");
            if (!request.Url.AbsolutePath.Contains("/blobs/" + BlobDescriptor.Digest, StringComparison.Ordinal)) return ImageAsync(request, response);
            return RedirectAsync(response, $"http://{store.Host}/data");
        });
        using var client = new RegistryClient(Fast with { Credentials = Login(registry.Host, "user:pass word") });
        var reference = ImageReference.Parse(registry.Host + "/a");
        RemoteImage image = await client.ResolveAsync(reference, Platform.Current with { Architecture = "amd64" }, CancellationToken.None);
        Assert.Equal(ConfigBytes, image.ConfigBytes.ToArray());
        Assert.Equal(Blob, await ReadAsync(client, reference));
        Assert.Contains("/token?x=1&service=the%20%22service%22&scope=repository%3Aa%3Apull Basic " + Convert.ToBase64String("user:pass word"u8), registry.Requests);
        Assert.Equal(1, registry.Requests.Count(r => r.StartsWith("/token", StringComparison.Ordinal)));
        Assert.Equal(["/data"], store.Requests);
    }

    [Fact]
    public async Task Basic_logins_are_sent_and_a_missing_one_is_explained()
    {
        string expected = "Basic " + Convert.ToBase64String("u:p"u8);
        using var registry = new FakeRegistry((request, response) => request.Headers["Authorization"] == expected ? ImageAsync(request, response) : ChallengeAsync(request, response, "Basic realm=\"r\""));
        await ResolveAsync(registry, Fast with { Credentials = Login(registry.Host, "u:p") });
        await FailsAsync(registry, "no login for it is kept: try builder login");
        await FailsAsync(registry, "was not accepted", Fast with { Credentials = Login(registry.Host, "u:wrong") });
        await FailsAsync(registry, "docker-credential-no-such-program", Fast with { Credentials = Credentials("""{"credsStore":"no-such-program"}""") });
        await FailsAsync(registry, "identity token", Fast with { Credentials = Credentials("""{"auths":{"HOST":{"identitytoken":"x"}}}""".Replace("HOST", registry.Host, StringComparison.Ordinal)) });
    }

    [Theory]
    [InlineData("Bearer realm=\"http://registry.example/token\"", "not HTTPS")]
    [InlineData("Bearer service=x", "not HTTPS")]
    [InlineData("Bearer realm=\"file:///etc/passwd\"", "not HTTPS")]
    [InlineData("Negotiate", "access denied")]
    public async Task Logins_do_not_go_to_strange_places(string challenge, string reason)
    {
        using var registry = new FakeRegistry((request, response) => ChallengeAsync(request, response, challenge));
        await FailsAsync(registry, reason, Fast with { Credentials = Login(registry.Host, "u:p") });
    }

    [Theory]
    [InlineData("{}", "no token")]
    [InlineData("[]", "no token")]
    [InlineData("no json", "no token")]
    [InlineData("""{"token":"a\nb"}""", "no token")]
    public async Task A_token_service_may_answer_nonsense(string answer, string reason)
    {
        using var registry = new FakeRegistry((request, response) => request.Url!.AbsolutePath == "/token"
            ? SendAsync(response, Encoding.UTF8.GetBytes(answer))
            : ChallengeAsync(request, response, $"Bearer realm=\"http://{request.UserHostName}/token\""));
        await FailsAsync(registry, reason);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task An_overloaded_registry_is_asked_again(int status)
    {
        int failures = 2;
        using var registry = new FakeRegistry((request, response) =>
        {
            if (Interlocked.Decrement(ref failures) < 0) return ImageAsync(request, response);
            response.StatusCode = status;
            response.Headers["Retry-After"] = "0";
            return Task.CompletedTask;
        });
        await ResolveAsync(registry, Fast);
        Assert.Equal(4, registry.Requests.Count);
    }

    [Fact]
    public async Task A_registry_that_stays_broken_is_given_up_with_its_own_words()
    {
        using var registry = new FakeRegistry((_, response) => SendAsync(response, """{"errors":[{"code":"UNKNOWN","message":"out of\u001b cheese"}]}"""u8.ToArray(), status: 500));
        await FailsAsync(registry, "answered 500 InternalServerError: out of? cheese");
        Assert.Equal(4, registry.Requests.Count);
        using var limited = new FakeRegistry((_, response) => SendAsync(response, [], status: 429));
        await FailsAsync(limited, "rate limit", Fast with { Retries = 0 });
        using var forbidden = new FakeRegistry((_, response) => SendAsync(response, "<html>"u8.ToArray(), status: 403));
        await FailsAsync(forbidden, "access denied, or no such repository");
        Assert.Single(forbidden.Requests);
    }

    [Fact]
    public async Task Redirects_are_bounded_and_never_leave_for_plain_http()
    {
        using var circle = new FakeRegistry((request, response) => RedirectAsync(response, request.RawUrl!));
        await FailsAsync(circle, "more than 10 redirects");
        Assert.Equal(11, circle.Requests.Count);
        using var away = new FakeRegistry((_, response) => RedirectAsync(response, "http://registry.example/x"));
        await FailsAsync(away, "http://registry.example is not asked");
        using var file = new FakeRegistry((_, response) => RedirectAsync(response, "file:///etc/passwd"));
        await FailsAsync(file, "is not asked");
        using var nowhere = new FakeRegistry((_, response) => SendAsync(response, [], status: 302));
        await FailsAsync(nowhere, "nowhere");
    }

    [Fact]
    public async Task A_silent_server_is_given_up()
    {
        using var never = new CancellationTokenSource();
        using var silent = new FakeRegistry(async (_, _) => await Task.Delay(Timeout.Infinite, never.Token).ContinueWith(_ => { }, TaskScheduler.Default));
        RegistryOptions impatient = Fast with { IdleTimeout = TimeSpan.FromMilliseconds(200), Retries = 0 };
        await FailsAsync(silent, "did not answer within 0.2 seconds", impatient);
        using var stalling = new FakeRegistry(async (_, response) =>
        {
            response.ContentType = MediaTypes.OciManifest;
            response.ContentLength64 = 100;
            await response.OutputStream.WriteAsync(new byte[10]);
            await response.OutputStream.FlushAsync();
            await Task.Delay(Timeout.Infinite, never.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        // Long enough for the answer's head to come on a busy machine: only the silence after it is to be seen.
        await FailsAsync(stalling, "too little data came for 3 seconds", impatient with { IdleTimeout = TimeSpan.FromSeconds(3) });
        await never.CancelAsync();
    }

    [Fact]
    public async Task A_caller_can_cancel()
    {
        using var cancel = new CancellationTokenSource();
        using var registry = new FakeRegistry(async (_, response) =>
        {
            await cancel.CancelAsync();
            response.Abort();
        });
        using var client = new RegistryClient(Fast);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ResolveAsync(ImageReference.Parse(registry.Host + "/a"), Platform.Current, cancel.Token));
    }

    [Fact]
    public async Task A_broken_transfer_goes_on_where_it_was()
    {
        var offsets = new ConcurrentQueue<string?>();
        using var registry = new FakeRegistry(async (request, response) =>
        {
            offsets.Enqueue(request.Headers["Range"]);
            int from = request.Headers["Range"] is { } range && offsets.Count == 2 ? int.Parse(range[6..^1], System.Globalization.CultureInfo.InvariantCulture) : 0;
            if (from > 0)
            {
                response.StatusCode = 206;
                response.Headers["Content-Range"] = $"bytes {from}-{Blob.Length - 1}/{Blob.Length}";
            }

            response.ContentLength64 = Blob.Length - from;
            await response.OutputStream.WriteAsync(Blob.AsMemory(from, offsets.Count == 3 ? Blob.Length - from : Math.Min(20_000, Blob.Length - from)));
            await response.OutputStream.FlushAsync();
            if (offsets.Count < 3) response.Abort();
        });
        using var client = new RegistryClient(Fast);
        Assert.Equal(Blob, await ReadAsync(client, ImageReference.Parse(registry.Host + "/a")));
        Assert.Equal(3, offsets.Count);
        Assert.Null(offsets.First());
        Assert.All(offsets.Skip(1), range => Assert.StartsWith("bytes=", range, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_transfer_begins_again_where_parts_are_not_given()
    {
        int count = 0;
        using var registry = new FakeRegistry(async (request, response) =>
        {
            if (request.Headers["Range"] is not null)
            {
                response.StatusCode = 416;
                return;
            }

            response.ContentLength64 = Blob.Length;
            await response.OutputStream.WriteAsync(Blob.AsMemory(0, count++ == 0 ? 20_000 : Blob.Length));
            await response.OutputStream.FlushAsync();
            if (count == 1) response.Abort();
        });
        using var client = new RegistryClient(Fast);
        Assert.Equal(Blob, await ReadAsync(client, ImageReference.Parse(registry.Host + "/a")));
        Assert.Equal(2, count);
    }

    [Theory]
    [InlineData(49_999, "ended after 49999 of 50000 bytes")]
    [InlineData(50_001, "longer than the 50000 bytes")]
    [InlineData(50_000, "has the digest sha256:")]
    public async Task A_blob_that_is_not_what_it_should_be_is_an_error_at_the_end(int size, string reason)
    {
        using var registry = new FakeRegistry((_, response) => SendAsync(response, new byte[size]));
        using var client = new RegistryClient(Fast with { Retries = 0 });
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => ReadAsync(client, ImageReference.Parse(registry.Host + "/a")));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(BlobDescriptor.Digest.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v1+prettyjws", "{}", "no supported manifest")]
    [InlineData("text/html", "<html>", "no supported manifest")]
    [InlineData(MediaTypes.OciManifest, "<html>", "malformed")]
    [InlineData(MediaTypes.OciManifest, "MANIFEST,\"manifests\":[]}", "both")]
    [InlineData(MediaTypes.OciIndex, "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}", "both")]
    [InlineData(MediaTypes.OciIndex, "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"manifests\":[]}", "both")]
    [InlineData(MediaTypes.OciIndex, "{\"schemaVersion\":2,\"manifests\":[]}", "there is none that says its platform")]
    public async Task Manifests_that_make_no_sense_are_refused(string type, string text, string reason)
    {
        byte[] content = Encoding.UTF8.GetBytes(text.Replace("MANIFEST", Encoding.UTF8.GetString(Manifest)[..^1], StringComparison.Ordinal));
        using var registry = new FakeRegistry((_, response) => SendAsync(response, content, type));
        await FailsAsync(registry, reason);
    }

    [Fact]
    public async Task A_manifest_must_match_its_digest_and_the_cap()
    {
        using var registry = new FakeRegistry((_, response) => SendAsync(response, Manifest, MediaTypes.OciManifest));
        using var client = new RegistryClient(Fast);
        var other = ImageReference.Parse($"{registry.Host}/a@{Digest.Sha256([1])}");
        Assert.Contains("another digest", (await Assert.ThrowsAsync<ImageSourceException>(() => client.ResolveAsync(other, Platform.Current, CancellationToken.None))).Message, StringComparison.Ordinal);
        using var large = new FakeRegistry(async (_, response) =>
        {
            response.SendChunked = true;
            for (int i = 0; i < 80; i++) await response.OutputStream.WriteAsync(new byte[1 << 16]);
        });
        await FailsAsync(large, "larger than 4194304 bytes");
        using var declared = new FakeRegistry((_, response) => SendAsync(response, new byte[(4 << 20) + 1]));
        await FailsAsync(declared, "larger than 4194304 bytes");
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_named()
    {
        string host;
        using (var registry = new FakeRegistry((_, _) => Task.CompletedTask)) host = registry.Host;
        using var client = new RegistryClient(Fast);
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => client.ResolveAsync(ImageReference.Parse(host + "/a"), Platform.Current, CancellationToken.None));
        Assert.StartsWith($"could not pull {host}/a:latest: {host} can't be reached", error.Message, StringComparison.Ordinal);
    }

    private static Task ImageAsync(HttpListenerRequest request, HttpListenerResponse response) => request.Url!.AbsolutePath switch
    {
        "/v2/a/manifests/latest" => SendAsync(response, Manifest, MediaTypes.OciManifest),
        string path when path.EndsWith(Digest.Sha256(ConfigBytes).Hex, StringComparison.Ordinal) => SendAsync(response, ConfigBytes),
        _ => SendAsync(response, [], status: 404),
    };

    private static Task ChallengeAsync(HttpListenerRequest request, HttpListenerResponse response, string challenge)
    {
        Assert.NotNull(request);
        response.StatusCode = 401;
        response.Headers["WWW-Authenticate"] = challenge;
        return Task.CompletedTask;
    }

    private static Task RedirectAsync(HttpListenerResponse response, string target)
    {
        response.StatusCode = 307;
        response.Headers["Location"] = target;
        return Task.CompletedTask;
    }

    private static async Task SendAsync(HttpListenerResponse response, byte[] content, string type = "application/octet-stream", int status = 200)
    {
        response.StatusCode = status;
        response.ContentType = type;
        response.ContentLength64 = content.Length;
        await response.OutputStream.WriteAsync(content);
    }

    private static async Task<RemoteImage> ResolveAsync(FakeRegistry registry, RegistryOptions options)
    {
        using var client = new RegistryClient(options);
        return await client.ResolveAsync(ImageReference.Parse(registry.Host + "/a"), Platform.Parse("linux/amd64"), CancellationToken.None);
    }

    private static async Task FailsAsync(FakeRegistry registry, string reason, RegistryOptions? options = null)
    {
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => ResolveAsync(registry, options ?? Fast));
        Assert.StartsWith($"could not pull {registry.Host}/a:latest: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAsync(RegistryClient client, ImageReference reference)
    {
        await using Stream stream = await client.OpenBlobAsync(reference, BlobDescriptor, CancellationToken.None);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private static CredentialStore Login(string host, string login) =>
        Credentials("""{"auths":{"HOST":{"auth":"AUTH"}}}""".Replace("HOST", host, StringComparison.Ordinal).Replace("AUTH", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)), StringComparison.Ordinal));

    private static CredentialStore Credentials(string json) => new(CredentialTests.Load(json));
}
