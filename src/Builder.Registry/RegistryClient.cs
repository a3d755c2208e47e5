using System.Net;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;
using Builder.Registry.Authentication;
using Builder.Registry.Transport;

namespace Builder.Registry;

/// <summary>Pulls and pushes images by the OCI distribution protocol. Everything that comes is compared with the digest that names it.</summary>
public sealed partial class RegistryClient : IImageRegistry, IDisposable
{
    private const int MaxIndexNesting = 4;

    private static readonly string[] ManifestTypes = [MediaTypes.OciIndex, MediaTypes.DockerManifestList, MediaTypes.OciManifest, MediaTypes.DockerManifest];

    private readonly RegistryOptions _options;
    private readonly RegistryTransport _transport;
    private readonly AuthorizedTransport _authorized;
    private readonly EndpointFallback _endpoints;

    /// <summary>Makes a client; it may be used from several threads.</summary>
    public RegistryClient(RegistryOptions options)
    {
        _options = options;
        _transport = new RegistryTransport(options);
        _authorized = new AuthorizedTransport(_transport, new Authenticator(options.Credentials, _transport));
        _endpoints = new EndpointFallback(options.Hosts);
    }

    /// <inheritdoc/>
    public async Task<RemoteImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        try
        {
            return await _endpoints.PullAsync(reference, endpoint => ResolveAtAsync(endpoint, reference, platform, cancellationToken));
        }
        catch (RegistryException error)
        {
            throw Failure("pull", reference, error.Message, error);
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenBlobAsync(ImageReference reference, Descriptor descriptor, CancellationToken cancellationToken)
    {
        string what = $"the blob {descriptor.Digest}: ";
        try
        {
            return await _endpoints.PullAsync(reference, async endpoint =>
            {
                BlobStream stream = Blob(endpoint, reference, descriptor, (reason, cause) => Failure("pull", reference, what + reason, cause, _endpoints.Distrust(reference, endpoint)));
                await stream.StartAsync(cancellationToken);
                return stream;
            });
        }
        catch (RegistryException error)
        {
            throw Failure("pull", reference, what + error.Message, error);
        }
    }

    /// <inheritdoc/>
    public async Task<RemoteDocument> ReadManifestAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        try
        {
            return await _endpoints.PullAsync(reference, async endpoint =>
            {
                ManifestDocument document = await ReadManifestAsync(endpoint, reference, reference.Digest?.ToString() ?? reference.Tag ?? "latest", reference.Digest, cancellationToken);
                return new RemoteDocument(document.Content, document.IsIndex);
            });
        }
        catch (RegistryException error)
        {
            throw Failure("read", reference, error.Message, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static ImageSourceException Failure(string verb, ImageReference reference, string reason, Exception? cause, bool hasOtherSource = false) =>
        new(SafeText.Of($"could not {verb} {reference}: {reason}"), cause, RegistryException.ProblemOf(cause)) { HasOtherSource = hasOtherSource };

    private async Task<RemoteImage> ResolveAtAsync(RegistryEndpoint endpoint, ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        try
        {
            (ManifestDocument document, Digest named) = await FindManifestAsync(endpoint, reference, platform, cancellationToken);
            ImageManifest manifest = document.ReadManifest();
            if (manifest.Config.MediaType is not (MediaTypes.OciConfig or MediaTypes.DockerConfig))
                throw new RegistryException($"it is not an image: its config has the type '{manifest.Config.MediaType}'");
            byte[] configBytes = await ReadConfigAsync(endpoint, reference, manifest.Config, cancellationToken);
            ImageConfig config = OciJson.ReadConfig(configBytes);
            if (config.RootFs.DiffIds.Count != manifest.Layers.Count)
                throw new RegistryException($"its manifest has {manifest.Layers.Count} layers, its config {config.RootFs.DiffIds.Count}");
            return new RemoteImage(reference, document.Content, manifest, configBytes, config) { NamedDigest = named };
        }
        catch (OciFormatException error)
        {
            throw new RegistryException(error.Message, inner: error);
        }
    }

    private BlobStream Blob(RegistryEndpoint endpoint, ImageReference reference, Descriptor descriptor, Func<string, Exception?, Exception> failure) => new(
        descriptor, (offset, token) => OpenBlobFromAsync(endpoint, reference, descriptor.Digest, offset, token), _options.Retries, _transport.Retries, failure);

    private async Task<(ManifestDocument Document, Digest Named)> FindManifestAsync(RegistryEndpoint endpoint, ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        ManifestDocument document = await ReadManifestAsync(endpoint, reference, reference.Digest?.ToString() ?? reference.Tag ?? "latest", reference.Digest, cancellationToken);
        Digest named = reference.Digest ?? Digest.Sha256(document.Content);
        for (int depth = 0; document.IsIndex; depth++)
        {
            if (depth == MaxIndexNesting) throw new RegistryException($"indexes are nested more than {MaxIndexNesting} deep");
            ImageIndex index = document.ReadIndex();
            Descriptor chosen = PlatformChoice.Choose(index, platform)
                ?? throw new RegistryException($"there is no image for {platform}; there is {PlatformChoice.Describe(index)}", problem: ImageSourceProblem.NotFound);
            document = await ReadManifestAsync(endpoint, reference, chosen.Digest.ToString(), chosen.Digest, cancellationToken);
            if (document.Content.Length != chosen.Size) throw new RegistryException($"the manifest {chosen.Digest} has {document.Content.Length} bytes where the index gives {chosen.Size}");
        }

        return (document, named);
    }

    private async Task<ManifestDocument> ReadManifestAsync(RegistryEndpoint endpoint, ImageReference reference, string tagOrDigest, Digest? expected, CancellationToken cancellationToken)
    {
        (byte[] content, string? type) = await ReadDocumentAsync(endpoint, reference, new RegistryRequest(endpoint.Manifest(tagOrDigest)) { Accept = ManifestTypes }, cancellationToken);
        if (expected is { } digest && !ManifestDocument.Matches(content, digest)) throw new RegistryException($"the manifest that came for {digest} has another digest");
        return new ManifestDocument(content, type);
    }

    private async Task<(byte[] Content, string? Type)> ReadDocumentAsync(RegistryEndpoint endpoint, ImageReference reference, RegistryRequest request, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            using HttpResponseMessage response = await GetAsync(endpoint, reference, request, cancellationToken);
            try
            {
                byte[] content = await _transport.ReadCappedAsync(response, OciJson.MaxDocumentSize, "manifest", cancellationToken);
                return (content, response.Content.Headers.ContentType?.MediaType);
            }
            catch (RegistryException error) when (error.Problem == ImageSourceProblem.Unavailable && attempt < _options.Retries)
            {
                await _transport.Retries.PauseAsync(attempt, error.RetryAfter, cancellationToken);
            }
        }
    }

    private async Task<byte[]> ReadConfigAsync(RegistryEndpoint endpoint, ImageReference reference, Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (descriptor.Size > OciJson.MaxDocumentSize) throw new RegistryException($"the image config is larger than {OciJson.MaxDocumentSize} bytes");
        await using BlobStream stream = Blob(
            endpoint, reference, descriptor, (reason, cause) => new RegistryException($"the image config: {reason}", inner: cause, problem: RegistryException.ProblemOf(cause)));
        await stream.StartAsync(cancellationToken);
        byte[] content = new byte[descriptor.Size + 1];
        int count = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
        return content[..count];
    }

    private async Task<Stream> OpenBlobFromAsync(RegistryEndpoint endpoint, ImageReference reference, Digest digest, long offset, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await GetAsync(endpoint, reference, new RegistryRequest(endpoint.Blob(digest)) { Offset = offset }, cancellationToken);
        }
        catch (RegistryException error) when (error.Status == HttpStatusCode.RequestedRangeNotSatisfiable && offset > 0)
        {
            response = await GetAsync(endpoint, reference, new RegistryRequest(endpoint.Blob(digest)), cancellationToken);
        }

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

    private Task<HttpResponseMessage> GetAsync(RegistryEndpoint endpoint, ImageReference reference, RegistryRequest request, CancellationToken cancellationToken) =>
        _authorized.RequireAsync(Access.ToPull(endpoint, reference.Domain), request, cancellationToken);
}
