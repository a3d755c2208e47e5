using System.Net.Http.Headers;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Registry.Authentication;
using Builder.Registry.Pushing;
using Builder.Registry.Transport;

namespace Builder.Registry;

/// <content>Sends blobs and manifests.</content>
public sealed partial class RegistryClient
{
    /// <inheritdoc/>
    public async Task<bool> HasBlobAsync(ImageReference repository, Descriptor blob, CancellationToken cancellationToken)
    {
        var question = new BlobPush(blob, static _ => Stream.Null);
        return await PushAsync(repository, $"the blob {blob.Digest}: ", endpoint => Upload(endpoint, repository, question).ExistsAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public Task<BlobPushOutcome> PushBlobAsync(ImageReference repository, BlobPush blob, CancellationToken cancellationToken) =>
        PushAsync(repository, $"the blob {blob.Descriptor.Digest}: ", async endpoint =>
        {
            if (await Upload(endpoint, repository, blob).ExistsAsync(cancellationToken)) return BlobPushOutcome.Present;
            return await Upload(endpoint, repository, blob).RunAsync(cancellationToken);
        });

    /// <inheritdoc/>
    public Task<Digest> PushManifestAsync(ImageReference reference, ReadOnlyMemory<byte> manifest, string mediaType, CancellationToken cancellationToken)
    {
        var digest = Digest.Sha256(manifest.Span);
        return PushAsync(reference, "its manifest: ", async endpoint =>
        {
            var request = new RegistryRequest(endpoint.Manifest(reference.Tag ?? digest.ToString()))
            {
                Method = HttpMethod.Put,
                Content = _ => new ReadOnlyMemoryContent(manifest) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
            };
            using HttpResponseMessage response = await _authorized.RequireAsync(Access.ToPush(endpoint, reference.Domain), request, cancellationToken);
            if (DigestHeader.Find(response) is { } stored && stored != digest) throw new RegistryException($"the registry stored {stored} instead of {digest}");
            return digest;
        });
    }

    private BlobUpload Upload(RegistryEndpoint endpoint, ImageReference repository, BlobPush blob) =>
        new(_authorized, Access.ToPush(endpoint, repository.Domain, blob.MountFrom?.Path), blob, _options);

    private async Task<T> PushAsync<T>(ImageReference reference, string what, Func<RegistryEndpoint, Task<T>> action)
    {
        try
        {
            return await _endpoints.PushAsync(reference, action);
        }
        catch (RegistryException error)
        {
            throw Failure("push", reference, what + error.Message, error);
        }
    }
}
