using Builder.Oci;
using Builder.Oci.Images;
using Builder.Registry.Tests.Servers;

namespace Builder.Registry.Tests;

public class UploadTests
{
    private const int Size = 9_000_000;
    private static readonly byte[] Content = [.. Enumerable.Range(0, Size).Select(i => (byte)(i * 31 / 7))];
    private static readonly Descriptor Blob = new() { MediaType = MediaTypes.OciLayer, Digest = Digest.Sha256(Content), Size = Size };
    private static readonly RegistryOptions Fast = new() { RetryDelay = TimeSpan.FromMilliseconds(1), IdleTimeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task An_upload_that_is_cut_at_every_quarter_goes_on_where_it_was()
    {
        using var registry = new FlakyUploads(Size / 4, Size / 2, Size * 3L / 4);
        Assert.Equal(BlobPushOutcome.Uploaded, await PushAsync(registry.Host));
        Assert.True(Content.AsSpan().SequenceEqual(registry.Stored));
        Assert.Equal(1, registry.Requests.Count(r => r.StartsWith("POST", StringComparison.Ordinal)));
        Assert.Equal(4, registry.Requests.Count(r => r.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_upload_the_registry_has_forgotten_begins_again()
    {
        using var registry = new FlakyUploads(Size / 2) { ForgetsOnce = true };
        Assert.Equal(BlobPushOutcome.Uploaded, await PushAsync(registry.Host));
        Assert.True(Content.AsSpan().SequenceEqual(registry.Stored));
        Assert.Equal(2, registry.Requests.Count(r => r.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_token_that_expires_while_a_blob_is_sent_is_renewed()
    {
        using var registry = new FlakyUploads { Token = "none" };
        Assert.Equal(BlobPushOutcome.Uploaded, await PushAsync(registry.Host));
        Assert.True(Content.AsSpan().SequenceEqual(registry.Stored));
        Assert.Equal(2, registry.TokensGiven);
    }

    [Fact]
    public async Task A_registry_that_never_takes_a_byte_is_given_up()
    {
        using var registry = new FakeRegistry((request, response) =>
        {
            response.StatusCode = request.HttpMethod switch { "HEAD" => 404, "POST" => 202, _ => 503 };
            response.Headers["Location"] = "/v2/a/blobs/uploads/1";
            return request.InputStream.CopyToAsync(Stream.Null);
        });
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => PushAsync(registry.Host));
        Assert.Equal(ImageSourceProblem.Unavailable, error.Problem);
        Assert.Contains("503", error.Message, StringComparison.Ordinal);
        Assert.True(registry.Requests.Count < 60, $"{registry.Requests.Count} requests");
    }

    [Fact]
    public async Task A_blob_is_not_sent_to_a_place_that_is_not_https()
    {
        using var registry = new FakeRegistry((request, response) =>
        {
            response.StatusCode = request.HttpMethod == "HEAD" ? 404 : 202;
            response.Headers["Location"] = "http://registry.example/upload";
            return Task.CompletedTask;
        });
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => PushAsync(registry.Host));
        Assert.Contains("http://registry.example is not asked", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_may_take_less_than_it_is_given_and_leave_out_where_to_go_on()
    {
        byte[] stored = new byte[Size];
        int at = 0, patches = 0;
        using var registry = new FakeRegistry(async (request, response) =>
        {
            response.StatusCode = request.HttpMethod switch { "HEAD" => 405, "PUT" => 201, _ => 202 };
            if (request.HttpMethod == "POST") response.Headers["Location"] = "1?state=a%2Fb";
            if (request.HttpMethod != "PATCH") return;
            using var content = new MemoryStream();
            await request.InputStream.CopyToAsync(content);
            Assert.Equal(patches == 0 ? null : $"{at}-{Size - 1}", request.Headers["Content-Range"]);
            int taken = Math.Min((int)content.Length, 4_000_000);
            content.GetBuffer().AsSpan(0, taken).CopyTo(stored.AsSpan(at));
            at += taken;
            patches++;
            response.Headers["Range"] = $"0-{at - 1}";
        });
        Assert.Equal(BlobPushOutcome.Uploaded, await PushAsync(registry.Host));
        Assert.True(Content.AsSpan().SequenceEqual(stored));
        Assert.Equal(3, patches);
        Assert.Contains(registry.Requests, r => r == $"/v2/a/blobs/uploads/1?state=a%2Fb&digest={Uri.EscapeDataString(Blob.Digest.ToString())}");
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(405)]
    [InlineData(500)]
    public async Task Where_a_mount_is_refused_the_blob_is_sent(int status)
    {
        using var registry = new FakeRegistry(async (request, response) =>
        {
            await request.InputStream.CopyToAsync(Stream.Null);
            response.StatusCode = request.HttpMethod switch { "HEAD" => 404, "POST" when request.Url!.Query.Contains("mount=", StringComparison.Ordinal) => status, "PUT" => 201, _ => 202 };
            response.Headers["Location"] = "/v2/a/blobs/uploads/1";
        });
        Assert.Equal(BlobPushOutcome.Uploaded, await PushAsync(registry.Host, mountFrom: "b"));
    }

    [Fact]
    public async Task An_upload_without_a_place_is_an_error_of_the_registry()
    {
        using var registry = new FakeRegistry((request, response) =>
        {
            response.StatusCode = request.HttpMethod == "HEAD" ? 404 : 202;
            return Task.CompletedTask;
        });
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => PushAsync(registry.Host));
        Assert.Contains("does not say where the blob is to be sent", error.Message, StringComparison.Ordinal);
        Assert.Equal(ImageSourceProblem.Invalid, error.Problem);
    }

    private static async Task<BlobPushOutcome> PushAsync(string host, string? mountFrom = null)
    {
        using var client = new RegistryClient(Fast);
        return await client.PushBlobAsync(
            ImageReference.Parse(host + "/a"), new BlobPush(Blob, offset => new MemoryStream(Content, (int)offset, Size - (int)offset)) { MountFrom = mountFrom is null ? null : ImageReference.Parse($"{host}/{mountFrom}") }, CancellationToken.None);
    }
}
