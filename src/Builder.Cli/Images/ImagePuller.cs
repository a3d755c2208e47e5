using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Executor.Events;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Images;

/// <summary>Finds images in the store and brings those from a registry that aren't there.</summary>
internal sealed class ImagePuller(BuilderStore store, Lazy<IImageSource> registry, TimeProvider time, Action<BuildEvent> events)
{
    private const int ParallelLayers = 3;
    private const int ShownDigits = 12;

    /// <summary>The image of a name in the store when it is for the platform, or null.</summary>
    public StoredImage? FindLocal(ImageReference reference, Platform platform)
    {
        StoredImage? image = store.Images.Find(reference);
        return image is not null && image.Config.Architecture == platform.Architecture && image.Config.Os == platform.Os ? image : null;
    }

    /// <summary>Brings an image from its registry, layers and all, and gives it its name.</summary>
    /// <exception cref="ImageSourceException">It can't be had.</exception>
    public async Task<StoredImage> PullAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        string task = $"[internal] load metadata for {reference}";
        events(new TaskEvent(time.GetUtcNow(), task, Done: false));
        RemoteImage remote = await registry.Value.ResolveAsync(reference, platform, cancellationToken);
        events(new TaskEvent(time.GetUtcNow(), task, Done: true));
        if (remote.Config.RootFs.DiffIds.Count != remote.Manifest.Layers.Count)
            throw new ImageSourceException($"{reference}: the image names {remote.Manifest.Layers.Count} layers but {remote.Config.RootFs.DiffIds.Count} diff ids");
        EquatableArray<LayerBlob> layers = await FetchLayersAsync(remote, cancellationToken);
        StoredImage image = store.Images.Put(remote.ConfigBytes.Span, layers);
        store.Images.Tag(reference, image.Id);
        return image;
    }

    private async Task<EquatableArray<LayerBlob>> FetchLayersAsync(RemoteImage remote, CancellationToken cancellationToken)
    {
        string task = $"pulling {remote.Reference}";
        events(new TaskEvent(time.GetUtcNow(), task, Done: false));
        LayerBlob[] layers = new LayerBlob[remote.Manifest.Layers.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelLayers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, layers.Length), options, async (i, token) =>
        {
            Descriptor descriptor = remote.Manifest.Layers[i];
            await FetchAsync(remote.Reference, descriptor, token);
            layers[i] = new LayerBlob(remote.Config.RootFs.DiffIds[i], descriptor.Digest, descriptor.Size, descriptor.MediaType);
        });
        events(new TaskEvent(time.GetUtcNow(), task, Done: true));
        return [.. layers];
    }

    private async Task FetchAsync(ImageReference reference, Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (store.Blobs.Contains(descriptor.Digest)) return;
        string subject = $"{descriptor.Digest.Algorithm}:{descriptor.Digest.Hex[..ShownDigits]}";
        await using Stream remote = await registry.Value.OpenBlobAsync(reference, descriptor, cancellationToken);
        await using var counted = new ProgressStream(
            remote, read => events(new TransferProgress(time.GetUtcNow(), subject, read, descriptor.Size, null)));
        await store.Blobs.ImportAsync(counted, descriptor.Digest, descriptor.Size, cancellationToken);
    }
}
