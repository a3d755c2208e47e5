using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;
using Builder.Registry.Configuration;
using Builder.Registry.Tests.Servers;
using Builder.Registry.Transport;

namespace Builder.Registry.Tests;

/// <summary>Servers that never end, dribble, break off or lead in circles: each gets its bound.</summary>
public class HostileServerTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 4_000_000).Select(i => (byte)(i * 31 / 7))];
    private static readonly Descriptor Blob = new() { MediaType = MediaTypes.OciLayer, Digest = Digest.Sha256(Content), Size = Content.Length };
    private static readonly RegistryOptions Fast = new() { RetryDelay = TimeSpan.FromMilliseconds(1), IdleTimeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task A_blob_that_is_reset_at_every_quarter_is_fetched_in_pieces()
    {
        var ranges = new ConcurrentQueue<long>();
        using var registry = new FakeRegistry(async (request, response) =>
        {
            long from = request.Headers["Range"] is { } range ? long.Parse(range[6..^1], CultureInfo.InvariantCulture) : 0;
            ranges.Enqueue(from);
            int quarter = Content.Length / 4;
            long to = Math.Min(((from / quarter) + 1) * quarter, Content.Length);
            response.StatusCode = from > 0 ? 206 : 200;
            if (from > 0) response.Headers["Content-Range"] = $"bytes {from}-{Content.Length - 1}/{Content.Length}";
            response.ContentLength64 = Content.Length - from;
            await response.OutputStream.WriteAsync(Content.AsMemory((int)from, (int)(to - from)));
            await response.OutputStream.FlushAsync();
            if (to < Content.Length) response.Abort();
        });
        Assert.Equal(Blob.Digest, Digest.Sha256(await ReadAsync(registry)));
        Assert.True(ranges.Count >= 4, $"{ranges.Count} requests");
        Assert.Equal(ranges.Order(), ranges);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_without_an_end_is_left_soon_after_what_it_should_be(bool isManifest)
    {
        long sent = 0;
        using var registry = new FakeRegistry(async (_, response) =>
        {
            response.SendChunked = true;
            response.ContentType = MediaTypes.OciManifest;
            byte[] piece = new byte[64 << 10];
            for (int i = 0; i < 16_000; i++)
            {
                await response.OutputStream.WriteAsync(piece);
                Interlocked.Add(ref sent, piece.Length);
            }
        });
        string message = isManifest ? await FailsToResolveAsync(registry) : (await Assert.ThrowsAsync<ImageSourceException>(() => ReadAsync(registry))).Message;
        Assert.Contains(isManifest ? "the manifest is larger than" : $"longer than the {Content.Length} bytes", message, StringComparison.Ordinal);
        Assert.InRange(Interlocked.Read(ref sent), 0, 100 << 20);
        Assert.Single(registry.Requests);
    }

    [Fact]
    public async Task A_server_that_dribbles_is_left_though_it_never_falls_silent()
    {
        RegistryOptions impatient = Fast with { IdleTimeout = TimeSpan.FromSeconds(2), Retries = 0 };
        using var registry = new FakeRegistry(async (_, response) =>
        {
            response.ContentLength64 = Content.Length;
            for (int i = 0; i < 1000; i++)
            {
                await response.OutputStream.WriteAsync(Content.AsMemory(i, 1));
                await response.OutputStream.FlushAsync();
                await Task.Delay(50);
            }
        });
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => ReadAsync(registry, impatient));
        Assert.Contains("too little data came", error.Message, StringComparison.Ordinal);
        Assert.Equal(ImageSourceProblem.Unavailable, error.Problem);
    }

    [Fact]
    public async Task A_head_that_dribbles_is_left_as_well()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        Task server = DribbleHeadAsync(listener, stop.Token);
        using var client = new RegistryClient(Fast with { IdleTimeout = TimeSpan.FromSeconds(1), Retries = 0 });
        var reference = ImageReference.Parse($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/a");
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => client.ResolveAsync(reference, Platform.Current, CancellationToken.None));
        Assert.Contains("did not answer within 1 seconds", error.Message, StringComparison.Ordinal);
        await stop.CancelAsync();
        await server;
    }

    [Fact]
    public async Task Indexes_that_lead_to_indexes_end_somewhere()
    {
        var documents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        byte[] inner = Index(Digest.Sha256("nothing"u8), 7);
        for (int i = 0; i < 20; i++)
        {
            documents[Digest.Sha256(inner).ToString()] = inner;
            inner = Index(Digest.Sha256(inner), inner.Length);
        }

        using var nested = new FakeRegistry((request, response) => SendIndexAsync(response, documents.GetValueOrDefault(request.Url!.Segments[^1], inner)));
        Assert.Contains("nested more than 4 deep", await FailsToResolveAsync(nested), StringComparison.Ordinal);
        Assert.Equal(5, nested.Requests.Count);

        // A true circle can't be made, since an index would have to hold its own digest; a server can only pretend.
        using var circle = new FakeRegistry((_, response) => SendIndexAsync(response, inner));
        Assert.Contains("another digest", await FailsToResolveAsync(circle), StringComparison.Ordinal);
        Assert.Equal(2, circle.Requests.Count);
    }

    [Fact]
    public async Task A_registry_in_trouble_in_the_middle_of_a_blob_is_asked_again_and_a_changed_mind_is_final()
    {
        int status = 503;
        int requests = 0;
        using var registry = new FakeRegistry(async (request, response) =>
        {
            if (Interlocked.Increment(ref requests) == 2)
            {
                response.StatusCode = status;
                response.Headers["Retry-After"] = "0";
                return;
            }

            int from = request.Headers["Range"] is { } range ? int.Parse(range[6..^1], CultureInfo.InvariantCulture) : 0;
            response.StatusCode = from > 0 ? 206 : 200;
            if (from > 0) response.Headers["Content-Range"] = $"bytes {from}-{Content.Length - 1}/{Content.Length}";
            response.ContentLength64 = Content.Length - from;
            await response.OutputStream.WriteAsync(Content.AsMemory(from, requests == 1 ? 1_000_000 : Content.Length - from));
            await response.OutputStream.FlushAsync();
            if (requests == 1) response.Abort();
        });
        Assert.Equal(Blob.Digest, Digest.Sha256(await ReadAsync(registry)));
        (status, requests) = (404, 0);
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => ReadAsync(registry));
        Assert.Equal(ImageSourceProblem.NotFound, error.Problem);
    }

    [Fact]
    public async Task A_mirror_that_sends_something_else_is_asked_for_nothing_more()
    {
        using var mirror = new FakeRegistry(async (_, response) => await response.OutputStream.WriteAsync(new byte[Content.Length]));
        using var registry = new FakeRegistry(async (_, response) => await response.OutputStream.WriteAsync(Content));
        var rule = new RegistryRule(registry.Host, null, IsInsecure: false, IsBlocked: false, [new RegistryMirror(mirror.Host, IsInsecure: false)]);
        using var client = new RegistryClient(Fast with { Hosts = RegistryHosts.Default with { Rules = [rule] } });
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => ReadAsync(client, registry));
        Assert.True(error.HasOtherSource);
        Assert.Equal(Blob.Digest, Digest.Sha256(await ReadAsync(client, registry)));
        Assert.Single(mirror.Requests);
        using var alone = new RegistryClient(Fast);
        Assert.False((await Assert.ThrowsAsync<ImageSourceException>(() => ReadAsync(alone, mirror))).HasOtherSource);
        await Assert.ThrowsAsync<ImageSourceException>(() => ReadAsync(alone, mirror));
        Assert.Equal(3, mirror.Requests.Count);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("86400", 30)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", 0)]
    [InlineData("soon", null)]
    public void A_server_may_ask_for_a_pause_within_reason(string retryAfter, int? seconds)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, new RetryRule(Fast).WishedDelay(response));
    }

    private static byte[] Index(Digest digest, long size) => OciJson.WriteIndex(new ImageIndex
    {
        MediaType = MediaTypes.OciIndex,
        Manifests = [new Descriptor { MediaType = MediaTypes.OciIndex, Digest = digest, Size = size, Platform = new Platform("linux", "amd64") }],
    });

    private static async Task SendIndexAsync(HttpListenerResponse response, byte[] index)
    {
        response.ContentType = MediaTypes.OciIndex;
        response.ContentLength64 = index.Length;
        await response.OutputStream.WriteAsync(index);
    }

    private static async Task DribbleHeadAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        try
        {
            using TcpClient client = await listener.AcceptTcpClientAsync(cancellationToken);
            byte[] head = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nX: " + new string('x', 10_000));
            foreach (byte one in head)
            {
                await client.GetStream().WriteAsync(new[] { one }, cancellationToken);
                await Task.Delay(20, cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client has gone, as it should.
            return;
        }
    }

    private static async Task<string> FailsToResolveAsync(FakeRegistry registry)
    {
        using var client = new RegistryClient(Fast);
        return (await Assert.ThrowsAsync<ImageSourceException>(() => client.ResolveAsync(ImageReference.Parse(registry.Host + "/a"), Platform.Parse("linux/amd64"), CancellationToken.None))).Message;
    }

    private static async Task<byte[]> ReadAsync(FakeRegistry registry, RegistryOptions? options = null)
    {
        using var client = new RegistryClient(options ?? Fast);
        return await ReadAsync(client, registry);
    }

    private static async Task<byte[]> ReadAsync(RegistryClient client, FakeRegistry registry)
    {
        await using Stream stream = await client.OpenBlobAsync(ImageReference.Parse(registry.Host + "/a"), Blob, CancellationToken.None);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
