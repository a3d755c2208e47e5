using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cli.Hosting;

/// <summary>Stands for every registry when none is to be asked.</summary>
internal sealed class OfflineRegistry : IImageRegistry
{
    /// <inheritdoc/>
    public Task<RemoteImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) =>
        throw Refusal($"{reference} is not in the local store for {platform}");

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(ImageReference reference, Descriptor descriptor, CancellationToken cancellationToken) => throw Refusal($"{reference} is not to be had");

    /// <inheritdoc/>
    public Task<RemoteDocument> ReadManifestAsync(ImageReference reference, CancellationToken cancellationToken) => throw Refusal($"{reference} is not to be had");

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(ImageReference repository, Descriptor blob, CancellationToken cancellationToken) => throw Refusal($"{repository} can't be pushed");

    /// <inheritdoc/>
    public Task<BlobPushOutcome> PushBlobAsync(ImageReference repository, BlobPush blob, CancellationToken cancellationToken) => throw Refusal($"{repository} can't be pushed");

    /// <inheritdoc/>
    public Task<Digest> PushManifestAsync(ImageReference reference, ReadOnlyMemory<byte> manifest, string mediaType, CancellationToken cancellationToken) =>
        throw Refusal($"{reference} can't be pushed");

    /// <inheritdoc/>
    public Task<IReadOnlyList<FoundRepository>> SearchAsync(string domain, string term, int limit, CancellationToken cancellationToken) => throw Refusal($"{domain} can't be searched");

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageReference>> ListTagsAsync(ImageReference repository, CancellationToken cancellationToken) =>
        throw Refusal($"the tags of {repository.Repository} can't be listed");

    private static ImageSourceException Refusal(string what) => new($"{what}, and --offline forbids to ask a registry", problem: ImageSourceProblem.Unavailable);
}
