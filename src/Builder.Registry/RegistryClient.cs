using System.Net;
using System.Net.Http.Headers;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;
using Builder.Registry.Authentication;
using Builder.Registry.Transport;

namespace Builder.Registry;

/// <summary>Pulls images by the OCI distribution protocol. Everything that comes is compared with the digest that names it.</summary>
public sealed class RegistryClient : IImageSource, IDisposable
{
    private const int MaxIndexNesting = 4;

    private static readonly string[] ManifestTypes = [MediaTypes.OciIndex, MediaTypes.DockerManifestList, MediaTypes.OciManifest, MediaTypes.DockerManifest];

    private readonly RegistryOptions _options;
    private readonly RegistryTransport _transport;
    private readonly Authenticator _authenticator;

    /// <summary>Makes a client; it may be used from several threads.</summary>
    public RegistryClient(RegistryOptions options)
    {
        _options = options;
        _transport = new RegistryTransport(options);
        _authenticator = new Authenticator(options.Credentials, _transport);
    }

    /// <inheritdoc/>
    public async Task<RemoteImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        try
        {
            var endpoint = RegistryEndpoint.Of(reference);
            ManifestDocument document = await FindManifestAsync(endpoint, reference, platform, cancellationToken);
            ImageManifest manifest = document.ReadManifest();
            if (manifest.Config.MediaType is not (MediaTypes.OciConfig or MediaTypes.DockerConfig))
                throw new RegistryException($"it is not an image: its config has the type '{manifest.Config.MediaType}'");
            byte[] configBytes = await ReadConfigAsync(endpoint, reference, manifest.Config, cancellationToken);
            ImageConfig config = OciJson.ReadConfig(configBytes);
            if (config.RootFs.DiffIds.Count != manifest.Layers.Count)
                throw new RegistryException($"its manifest has {manifest.Layers.Count} layers, its config {config.RootFs.DiffIds.Count}");
            return new RemoteImage(reference, document.Content, manifest, configBytes, config);
        }
        catch (Exception error) when (error is RegistryException or OciFormatException)
        {
            throw Failure(reference, error.Message, error);
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenBlobAsync(ImageReference reference, Descriptor descriptor, CancellationToken cancellationToken)
    {
        string what = $"the blob {descriptor.Digest}: ";
        try
        {
            var endpoint = RegistryEndpoint.Of(reference);
            var stream = new BlobStream(
                descriptor, (offset, token) => OpenBlobFromAsync(endpoint, reference, descriptor.Digest, offset, token), _options.Retries, (reason, cause) => Failure(reference, what + reason, cause));
            await stream.StartAsync(cancellationToken);
            return stream;
        }
        catch (RegistryException error)
        {
            throw Failure(reference, what + error.Message, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static ImageSourceException Failure(ImageReference reference, string reason, Exception? cause) =>
        new($"could not pull {reference}: {reason}", cause);

    private async Task<ManifestDocument> FindManifestAsync(RegistryEndpoint endpoint, ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        ManifestDocument document = await ReadManifestAsync(endpoint, reference, reference.Digest?.ToString() ?? reference.Tag ?? "latest", reference.Digest, cancellationToken);
        for (int depth = 0; document.IsIndex; depth++)
        {
            if (depth == MaxIndexNesting) throw new RegistryException($"indexes are nested more than {MaxIndexNesting} deep");
            ImageIndex index = document.ReadIndex();
            Descriptor chosen = PlatformChoice.Choose(index, platform)
                ?? throw new RegistryException($"there is no image for {platform}; there is {PlatformChoice.Describe(index)}");
            document = await ReadManifestAsync(endpoint, reference, chosen.Digest.ToString(), chosen.Digest, cancellationToken);
            if (document.Content.Length != chosen.Size) throw new RegistryException($"the manifest {chosen.Digest} has {document.Content.Length} bytes where the index gives {chosen.Size}");
        }

        return document;
    }

    private async Task<ManifestDocument> ReadManifestAsync(RegistryEndpoint endpoint, ImageReference reference, string tagOrDigest, Digest? expected, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await GetAsync(endpoint, reference, new RegistryRequest(endpoint.Manifest(tagOrDigest)) { Accept = ManifestTypes }, cancellationToken);
        byte[] content = await _transport.ReadCappedAsync(response, OciJson.MaxDocumentSize, "manifest", cancellationToken);
        if (expected is { } digest && !ManifestDocument.Matches(content, digest)) throw new RegistryException($"the manifest that came for {digest} has another digest");
        return new ManifestDocument(content, response.Content.Headers.ContentType?.MediaType);
    }

    private async Task<byte[]> ReadConfigAsync(RegistryEndpoint endpoint, ImageReference reference, Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (descriptor.Size > OciJson.MaxDocumentSize) throw new RegistryException($"the image config is larger than {OciJson.MaxDocumentSize} bytes");
        await using var stream = new BlobStream(
            descriptor, (offset, token) => OpenBlobFromAsync(endpoint, reference, descriptor.Digest, offset, token), _options.Retries, (reason, cause) => new RegistryException($"the image config: {reason}", inner: cause));
        await stream.StartAsync(cancellationToken);
        byte[] content = new byte[descriptor.Size + 1];
        int count = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
        return content[..count];
    }

    private async Task<Stream> OpenBlobFromAsync(RegistryEndpoint endpoint, ImageReference reference, Digest digest, long offset, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await GetAsync(endpoint, reference, new RegistryRequest(endpoint.Blob(digest)) { Offset = offset }, cancellationToken);
        Stream body = await _transport.OpenBodyAsync(response, cancellationToken);
        if (offset == 0) return body;
        if (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == offset) return body;

        // The server starts over: what is known already passes by.
        byte[] buffer = new byte[64 << 10];
        for (long rest = offset; rest > 0;)
        {
            int count = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(rest, buffer.Length)), cancellationToken);
            if (count == 0) throw new RegistryException("it became shorter");
            rest -= count;
        }

        return body;
    }

    // A success, after answering a challenge once when there is one.
    private async Task<HttpResponseMessage> GetAsync(RegistryEndpoint endpoint, ImageReference reference, RegistryRequest request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await _transport.GetAsync(request with { Authorization = _authenticator.Find(endpoint) }, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            AuthenticationHeaderValue? answer;
            using (response) answer = await _authenticator.AnswerAsync(endpoint, reference.Domain, response, cancellationToken);
            if (answer is null) throw new RegistryException($"access denied by {endpoint.Base.Authority}; {_authenticator.Advice(reference.Domain)}", HttpStatusCode.Unauthorized);
            response = await _transport.GetAsync(request with { Authorization = answer }, cancellationToken);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            RegistryException failure = await _transport.FailureAsync(response, endpoint.Base.Authority, cancellationToken);
            throw response.StatusCode switch
            {
                HttpStatusCode.NotFound => new RegistryException($"not found ({failure.Message})", failure.Status),
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                    new RegistryException($"access denied, or no such repository ({failure.Message}); {_authenticator.Advice(reference.Domain)}", failure.Status),
                HttpStatusCode.TooManyRequests => new RegistryException($"the registry's rate limit is reached ({failure.Message}); {_authenticator.Advice(reference.Domain)}", failure.Status),
                _ => failure,
            };
        }
    }
}
