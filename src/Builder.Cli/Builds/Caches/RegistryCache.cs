using Builder.Cache.Sharing;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cli.Builds.Caches;

/// <summary>A shared cache under a name of a registry.</summary>
internal sealed class RegistryCache(ImageReference reference, Lazy<IImageRegistry> registry) : ICacheSource, ICacheTarget
{
    /// <inheritdoc/>
    public string Name => reference.ToString();

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReadManifestAsync(CancellationToken cancellationToken) => ReadAsync(reference, cancellationToken);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReadManifestAsync(Descriptor manifest, CancellationToken cancellationToken) =>
        ReadAsync(ImageReference.Parse($"{reference.Repository}@{manifest.Digest}"), cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken) => AskAsync<Stream>(async () =>
        new FaultStream(await registry.Value.OpenBlobAsync(reference, blob, cancellationToken)));

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => AskAsync(() => registry.Value.HasBlobAsync(reference, blob, cancellationToken));

    /// <inheritdoc/>
    public Task PutBlobAsync(Descriptor blob, Func<long, Stream> open, CancellationToken cancellationToken) =>
        AskAsync(() => registry.Value.PushBlobAsync(reference, new BlobPush(blob, open), cancellationToken));

    /// <inheritdoc/>
    public Task PutManifestAsync(ReadOnlyMemory<byte> manifest, string mediaType, CancellationToken cancellationToken) =>
        AskAsync(() => registry.Value.PushManifestAsync(reference, manifest, mediaType, cancellationToken));

    /// <summary>A failure of the registry as one of the cache.</summary>
    internal static CacheSourceException Explain(ImageSourceException error) =>
        new(error.Message, error, isUnreachable: error.Problem is ImageSourceProblem.Unavailable or ImageSourceProblem.Denied);

    private static async Task<T> AskAsync<T>(Func<Task<T>> question)
    {
        try
        {
            return await question();
        }
        catch (ImageSourceException error)
        {
            throw Explain(error);
        }
    }

    private Task<ReadOnlyMemory<byte>> ReadAsync(ImageReference manifest, CancellationToken cancellationToken) =>
        AskAsync(async () => (await registry.Value.ReadManifestAsync(manifest, cancellationToken)).Bytes);
}
