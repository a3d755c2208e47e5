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

    /// <summary>Sends an image, or an index with those of several platforms, under names of one repository.</summary>
    /// <returns>Its manifest, or the index.</returns>
    /// <exception cref="ImageSourceException">The registry can't be reached or refuses.</exception>
    public async Task<Descriptor> PushAsync(EquatableArray<PushedPlatform> images, IReadOnlyList<ImageReference> names, PushOptions options, CancellationToken cancellationToken)
    {
        foreach (LayerBlob layer in images.SelectMany(image => image.Layers).Distinct().Reverse()) reporter.Layer(ShortId(layer.DiffId), "Preparing");
        var sent = new List<SentImage>();
        foreach (PushedPlatform image in images) sent.Add(await SendAsync(image, names[0], options, cancellationToken));
        bool isIndex = options.MakesIndex || images.Count > 1;
        bool oci = NeedsOciTypes(sent) || (options.OciMediaTypes ?? !sent.SelectMany(image => image.Layers).Any(l => ManifestWriter.IsDockerType(l.MediaType)));
        if (isIndex) return await PushIndexAsync(sent, names, oci, options.Annotations, cancellationToken);
        (byte[] bytes, Descriptor manifest) = ManifestOf(sent[0], oci, options.Annotations);
        await PutAsync(bytes, manifest, names, cancellationToken);
        return manifest;
    }

    private static bool NeedsOciTypes(IEnumerable<SentImage> images) =>
        images.Any(image => ManifestWriter.NeedsOciTypes(image.Layers.Select(layer => layer.MediaType)) || image.Source.Attestations.Count > 0);

    private static (byte[] Bytes, Descriptor Descriptor) ManifestOf(SentImage image, bool oci, ImageAnnotations annotations) => ManifestWriter.Write(
        image.Config, [.. image.Layers.Select(DescriptorOf)], oci, annotations.Of(AnnotationKind.Manifest, image.Source.Platform));

    private async Task<Descriptor> PushIndexAsync(
        List<SentImage> images, IReadOnlyList<ImageReference> names, bool oci, ImageAnnotations annotations, CancellationToken cancellationToken)
    {
        var (entries, attestations) = (new List<Descriptor>(), new List<Descriptor>());
        foreach (SentImage image in images)
        {
            Platform platform = image.Source.Platform;
            (byte[] bytes, Descriptor manifest) = ManifestOf(image, oci, annotations);
            await PutAsync(bytes, manifest, [names[0].WithDigest(manifest.Digest)], cancellationToken);
            entries.Add(IndexWriter.Entry(manifest, platform, annotations.Of(AnnotationKind.ManifestDescriptor, platform)));
            if (image.Source.Attestations.Count == 0) continue;
            AttestationManifest written = AttestationManifest.Write(manifest, platform, names.Where(name => name.Tag is not null), image.Source.Attestations);
            attestations.Add(await PushAttestationAsync(written, names[0], cancellationToken));
        }

        (byte[] index, Descriptor descriptor) = IndexWriter.Write(entries.Concat(attestations), oci, annotations.Of(AnnotationKind.Index, null));
        await PutAsync(index, descriptor, names, cancellationToken);
        return descriptor;
    }

    private async Task<Descriptor> PushAttestationAsync(AttestationManifest attestation, ImageReference repository, CancellationToken cancellationToken)
    {
        foreach ((Descriptor document, byte[] content) in attestation.Documents[..^1])
            await registry.Value.PushBlobAsync(repository, new BlobPush(document with { Annotations = null }, offset => From(content, offset)), cancellationToken);
        (Descriptor manifest, byte[] bytes) = attestation.Documents[^1];
        await PutAsync(bytes, manifest, [repository.WithDigest(manifest.Digest)], cancellationToken);
        return attestation.Entry;
    }

    private async Task<SentImage> SendAsync(PushedPlatform image, ImageReference repository, PushOptions options, CancellationToken cancellationToken)
    {
        (ReadOnlyMemory<byte> configBytes, EquatableArray<LayerBlob> layers) = (image.ConfigBytes, image.Layers);
        var sources = new MountSources(store, repository);
        var sent = new LayerBlob[layers.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ParallelLayers, CancellationToken = cancellationToken };
        LayerBlob[] distinct = [.. layers.Distinct()];
        var done = new System.Collections.Concurrent.ConcurrentDictionary<LayerBlob, LayerBlob>();
        await Parallel.ForEachAsync(distinct, parallel, async (layer, token) => done[layer] = await PushLayerAsync(repository, layer, sources, options.Compression, token));
        for (int i = 0; i < sent.Length; i++) sent[i] = done[layers[i]];
        var config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Sha256(configBytes.Span), Size = configBytes.Length };
        await registry.Value.PushBlobAsync(repository, new BlobPush(config, offset => From(configBytes, offset)), cancellationToken);
        return new SentImage(image, config, [.. sent]);
    }

    private static string ShortId(Digest digest) => digest.Hex[..ShownDigits];

    private static MemoryStream From(ReadOnlyMemory<byte> content, long offset) => new(content[(int)offset..].ToArray(), writable: false);

    private async Task PutAsync(byte[] bytes, Descriptor manifest, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken)
    {
        foreach (ImageReference name in names)
        {
            string task = $"pushing manifest for {(name.Digest is null ? $"{name}@{manifest.Digest}" : name)}";
            reporter.Task(task, done: false);
            await registry.Value.PushManifestAsync(name, bytes, manifest.MediaType, cancellationToken);
            reporter.Task(task, done: true);
        }
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

    // An image whose blobs are in the registry, its layers as they were sent.
    private sealed record SentImage(PushedPlatform Source, Descriptor Config, EquatableArray<LayerBlob> Layers);
}
