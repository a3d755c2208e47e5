using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Transfers;

/// <summary>Sends images of the store to registries.</summary>
internal sealed class ImagePusher(BuilderStore store, Lazy<IImageRegistry> registry, ITransferReporter reporter)
{
    private const int ParallelLayers = 4;
    private const int ShownDigits = 12;

    /// <summary>Sends an image under names of one repository.</summary>
    /// <returns>Its manifest.</returns>
    /// <exception cref="ImageSourceException">The registry can't be reached or refuses.</exception>
    public async Task<Descriptor> PushAsync(
        ReadOnlyMemory<byte> configBytes, EquatableArray<LayerBlob> layers, IReadOnlyList<ImageReference> names, PushOptions options, CancellationToken cancellationToken)
    {
        ImageReference repository = names[0];
        foreach (LayerBlob layer in layers.Reverse()) reporter.Layer(ShortId(layer.DiffId), "Preparing");
        var sources = new MountSources(store, repository);
        var sent = new LayerBlob[layers.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ParallelLayers, CancellationToken = cancellationToken };
        LayerBlob[] distinct = [.. layers.Distinct()];
        var done = new System.Collections.Concurrent.ConcurrentDictionary<LayerBlob, LayerBlob>();
        await Parallel.ForEachAsync(distinct, parallel, async (layer, token) => done[layer] = await PushLayerAsync(repository, layer, sources, options.Compression, token));
        for (int i = 0; i < sent.Length; i++) sent[i] = done[layers[i]];
        var config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Sha256(configBytes.Span), Size = configBytes.Length };
        await registry.Value.PushBlobAsync(repository, new BlobPush(config, offset => From(configBytes, offset)), cancellationToken);
        return await PushManifestAsync(config, sent, names, options, cancellationToken);
    }

    private static string ShortId(Digest digest) => digest.Hex[..ShownDigits];

    private static MemoryStream From(ReadOnlyMemory<byte> content, long offset) => new(content[(int)offset..].ToArray(), writable: false);

    private async Task<Descriptor> PushManifestAsync(
        Descriptor config, LayerBlob[] layers, IReadOnlyList<ImageReference> names, PushOptions options, CancellationToken cancellationToken)
    {
        bool oci = ManifestWriter.NeedsOciTypes(layers.Select(l => l.MediaType)) || (options.OciMediaTypes ?? !layers.Any(l => ManifestWriter.IsDockerType(l.MediaType)));
        Descriptor[] descriptors = [.. layers.Select(l => new Descriptor { MediaType = l.MediaType, Digest = l.BlobDigest, Size = l.Size })];
        (byte[] bytes, Descriptor manifest) = ManifestWriter.Write(config, [.. descriptors], oci, options.Annotations);
        foreach (ImageReference name in names)
        {
            string task = $"pushing manifest for {name}@{manifest.Digest}";
            reporter.Task(task, done: false);
            await registry.Value.PushManifestAsync(name, bytes, manifest.MediaType, cancellationToken);
            reporter.Task(task, done: true);
        }

        return manifest;
    }

    private async Task<LayerBlob> PushLayerAsync(
        ImageReference repository, LayerBlob layer, MountSources sources, CompressionChoice compression, CancellationToken cancellationToken)
    {
        string id = ShortId(layer.DiffId);
        ImageReference? mountFrom = sources.Find(layer.DiffId);
        LayerBlob? known = store.Converter.FindConverted(layer, compression);
        if (known is not null && !store.Blobs.Contains(known.BlobDigest))
        {
            // What is only known by name need not be made again when the registry has it.
            if (await registry.Value.HasBlobAsync(repository, DescriptorOf(known), cancellationToken))
            {
                reporter.Layer(id, "Layer already exists");
                return known;
            }

            known = null;
        }

        if (known is null) reporter.Layer(id, "Compressing");
        LayerBlob blob = known ?? await store.Converter.ConvertAsync(layer, compression, cancellationToken);
        var push = new BlobPush(DescriptorOf(blob), offset => OpenAt(blob.BlobDigest, offset), mountFrom, sentBytes => reporter.Progress(id, "Pushing", sentBytes, blob.Size));
        BlobPushOutcome outcome = await registry.Value.PushBlobAsync(repository, push, cancellationToken);
        reporter.Layer(id, outcome switch
        {
            BlobPushOutcome.Present => "Layer already exists",
            BlobPushOutcome.Mounted => $"Mounted from {mountFrom?.Path}",
            _ => "Pushed",
        });
        return blob;
    }

    private static Descriptor DescriptorOf(LayerBlob blob) => new() { MediaType = blob.MediaType, Digest = blob.BlobDigest, Size = blob.Size };

    private Stream OpenAt(Digest digest, long offset)
    {
        Stream stream = store.Blobs.OpenRead(digest);
        stream.Seek(offset, SeekOrigin.Begin);
        return stream;
    }
}
