using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cli.Transfers;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Images;

/// <summary>Finds images in the store and brings those from a registry that aren't there.</summary>
internal sealed class ImagePuller(BuilderStore store, Lazy<IImageRegistry> registry, ITransferReporter reporter)
{
    private const int ParallelLayers = 3;
    private const int ShownDigits = 12;

    /// <summary>The image of a name in the store when it is whole and for the platform, or null.</summary>
    public StoredImage? FindLocal(ImageReference reference, Platform platform)
    {
        StoredImage? image = PlatformImages.Find(store.Images.FindAll(reference), platform);
        return image is not null && image.Layers.All(layer => store.Blobs.Contains(layer.BlobDigest)) ? image : null;
    }

    /// <summary>Brings an image from its registry, layers and all, and gives it its name.</summary>
    /// <exception cref="ImageSourceException">It can't be had.</exception>
    public async Task<StoredImage> PullAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) =>
        (await PullNamedAsync(reference, platform, cancellationToken)).Image;

    /// <summary>The same, with the digest of what the name stands for in the registry.</summary>
    /// <param name="reference">The name.</param>
    /// <param name="platform">Which image of an index.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="found">Told once the registry has said that there is one.</param>
    /// <exception cref="ImageSourceException">It can't be had.</exception>
    public async Task<(StoredImage Image, Digest Named)> PullNamedAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken, Action? found = null)
    {
        string task = $"[internal] load metadata for {reference}";
        reporter.Task(task, done: false);
        RemoteImage remote = await registry.Value.ResolveAsync(reference, platform, cancellationToken);
        reporter.Task(task, done: true);
        found?.Invoke();
        if (remote.Config.RootFs.DiffIds.Count != remote.Manifest.Layers.Count)
            throw new ImageSourceException($"{reference}: the image names {remote.Manifest.Layers.Count} layers but {remote.Config.RootFs.DiffIds.Count} diff ids");
        EquatableArray<LayerBlob> layers = await FetchLayersAsync(remote, cancellationToken);
        StoredImage image = store.Images.Put(remote.ConfigBytes.Span, layers);
        IReadOnlyList<Digest> ids = WithOtherPlatforms(image, reference.WithDigest(remote.NamedDigest));
        if (reference.Digest is null) store.Images.Tag(reference, ids);
        store.Images.Tag(reference.WithDigest(remote.NamedDigest), ids);
        return (image, remote.NamedDigest);
    }

    // What was pulled from the same index for other platforms keeps the name; this machine's image comes first.
    private IReadOnlyList<Digest> WithOtherPlatforms(StoredImage pulled, ImageReference index) =>
    [
        .. store.Images.FindAll(index).Where(image => image.Platform != pulled.Platform).Prepend(pulled)
            .OrderBy(image => image.Platform != Platform.Current).Select(image => image.Id),
    ];

    private async Task<EquatableArray<LayerBlob>> FetchLayersAsync(RemoteImage remote, CancellationToken cancellationToken)
    {
        string task = $"pulling {remote.Reference}";
        reporter.Task(task, done: false);
        // Of an image that is up to date nothing is told.
        bool isKnown = store.Images.Resolve(remote.Manifest.Config.Digest.ToString()) is not null && remote.Manifest.Layers.All(layer => store.Blobs.Contains(layer.Digest));
        LayerBlob[] layers = new LayerBlob[remote.Manifest.Layers.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelLayers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, layers.Length), options, async (i, token) =>
        {
            Descriptor descriptor = remote.Manifest.Layers[i];
            if (!isKnown) await FetchAsync(remote.Reference, descriptor, remote.Config.RootFs.DiffIds[i], token);
            layers[i] = new LayerBlob(remote.Config.RootFs.DiffIds[i], descriptor.Digest, descriptor.Size, descriptor.MediaType);
        });
        reporter.Task(task, done: true);
        return [.. layers];
    }

    private async Task FetchAsync(ImageReference reference, Descriptor descriptor, Digest diffId, CancellationToken cancellationToken)
    {
        string layer = descriptor.Digest.Hex[..ShownDigits];
        if (store.Blobs.Contains(descriptor.Digest))
        {
            reporter.Layer(layer, "Already exists");
            return;
        }

        reporter.Layer(layer, "Pulling fs layer");
        while (true)
        {
            try
            {
                await DownloadAsync(reference, descriptor, diffId, layer, cancellationToken);
                break;
            }
            catch (ImageSourceException e) when (e.HasOtherSource)
            {
                reporter.Layer(layer, "Retrying from another place");
            }
        }

        reporter.Layer(layer, "Pull complete");
    }

    private async Task DownloadAsync(ImageReference reference, Descriptor descriptor, Digest diffId, string layer, CancellationToken cancellationToken)
    {
        await using Stream remote = await registry.Value.OpenBlobAsync(reference, descriptor, cancellationToken);
        await using var counted = new ProgressStream(remote, read => reporter.Progress(layer, "Downloading", read, descriptor.Size));
        // What is not compressed is compared with its digest anyway.
        await using Stream verified = descriptor.Digest == diffId ? counted : new VerifiedLayerStream(counted, diffId);
        await store.Blobs.ImportAsync(verified, descriptor.Digest, descriptor.Size, cancellationToken);
    }
}
