using System.Text.Json;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cache.Sharing;

/// <summary>What a shared cache says it has. Nothing in it is believed but that its keys lead to its layers.</summary>
public sealed class SharedCache
{
    private const int LongestChain = 4096;
    private readonly SharedLayer?[] _layers;
    private readonly int[] _parents;
    private readonly Dictionary<Digest, (int Layer, DateTimeOffset? CreatedAt)> _results = [];
    private readonly Dictionary<Digest, Digest> _aliases = [];

    private SharedCache(SharedLayer?[] layers, int[] parents) => (_layers, _parents) = (layers, parents);

    /// <summary>Whether the layers of a result include those of the base image.</summary>
    public bool HasBaseLayers { get; private init; }

    /// <summary>How many keys it knows.</summary>
    public int Count => _results.Count + _aliases.Count;

    /// <summary>The result of a key, or null.</summary>
    public SharedResult? Find(Digest key)
    {
        if (_aliases.TryGetValue(key, out Digest leadsTo)) key = leadsTo;
        if (!_results.TryGetValue(key, out (int Layer, DateTimeOffset? CreatedAt) result)) return null;
        var layers = new List<SharedLayer>();
        for (int at = result.Layer; at >= 0; at = _parents[at])
        {
            if (_layers[at] is not { } layer || layers.Count == LongestChain) return null;
            layers.Add(layer);
        }

        layers.Reverse();
        return new SharedResult(key, layers, result.CreatedAt);
    }

    /// <summary>Reads a cache document.</summary>
    /// <param name="config">The document.</param>
    /// <param name="blobs">The blobs that its manifest names.</param>
    /// <exception cref="CacheSourceException">Malformed.</exception>
    internal static SharedCache Read(ReadOnlySpan<byte> config, IEnumerable<Descriptor> blobs)
    {
        CacheConfigFile file = Parse(config, SharingJsonContext.Default.CacheConfigFile);
        Dictionary<Digest, Descriptor> known = [];
        foreach (Descriptor blob in blobs) known.TryAdd(blob.Digest, blob);
        CacheLayerFile?[] files = file.Layers ?? [];
        var layers = new SharedLayer?[files.Length];
        int[] parents = new int[files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            // A layer stands on one that came before it: so chains end.
            parents[i] = files[i] is { Parent: >= -1 } layer && layer.Parent < i ? layer.Parent : -1;
            layers[i] = files[i] is { } read && parents[i] == read.Parent ? ToLayer(read, known) : null;
        }

        return new SharedCache(layers, parents).With(file.Records);
    }

    /// <summary>Reads what an image config says of its own layers; null when it says nothing.</summary>
    /// <exception cref="CacheSourceException">Malformed.</exception>
    internal static SharedCache? ReadInline(ImageManifest manifest, ImageConfig config)
    {
        if (config.Unknown?.GetValueOrDefault(CacheMediaTypes.InlineField) is not { ValueKind: JsonValueKind.String } field) return null;
        if (!field.TryGetBytesFromBase64(out byte[]? json)) throw new CacheSourceException("the cache in the image config is malformed");
        if (config.RootFs.DiffIds.Count != manifest.Layers.Count) throw new CacheSourceException("the image's manifest and config name different layers");
        string?[] created = [.. config.History.Where(h => !h.EmptyLayer).Select(h => h.Created)];
        var layers = new SharedLayer?[manifest.Layers.Count];
        for (int i = 0; i < layers.Length; i++)
        {
            DateTimeOffset? at = i < created.Length && DateTimeOffset.TryParse(created[i], System.Globalization.CultureInfo.InvariantCulture, out DateTimeOffset time) ? time : null;
            layers[i] = CacheMediaTypes.IsLayer(manifest.Layers[i].MediaType) ? new SharedLayer(manifest.Layers[i], config.RootFs.DiffIds[i], at) : null;
        }

        return new SharedCache(layers, [.. Enumerable.Range(-1, layers.Length)]) { HasBaseLayers = true }.With(Parse(json, SharingJsonContext.Default.CacheRecordFileArray));
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new CacheSourceException("the cache document is null");
        }
        catch (JsonException error)
        {
            // Its own message names types of this program.
            throw new CacheSourceException($"the cache document is malformed in line {error.LineNumber + 1} at byte {error.BytePositionInLine + 1}", error);
        }
    }

    private static SharedLayer? ToLayer(CacheLayerFile file, Dictionary<Digest, Descriptor> blobs)
    {
        if (!Digest.TryParse(file.Blob, out Digest digest) || !blobs.TryGetValue(digest, out Descriptor? blob) || !CacheMediaTypes.IsLayer(blob.MediaType)) return null;
        string? diffId = file.Annotations?.DiffId ?? blob.Annotations?.GetValueOrDefault(CacheMediaTypes.DiffIdAnnotation);
        return Digest.TryParse(diffId, out Digest parsed) ? new SharedLayer(blob, parsed, Known(file.Annotations?.CreatedAt)) : null;
    }

    // Go writes the year 1 for a time that isn't known.
    private static DateTimeOffset? Known(DateTimeOffset? time) => time is { Year: > 1 } ? time : null;

    private SharedCache With(CacheRecordFile?[]? records)
    {
        CacheRecordFile?[] all = records ?? [];
        foreach (CacheRecordFile? record in all)
        {
            if (!Digest.TryParse(record?.Digest, out Digest key)) continue;
            if (record.Results?.FirstOrDefault(r => r is not null && r.Layer >= 0 && r.Layer < _layers.Length) is { } result)
                _results.TryAdd(key, (result.Layer, Known(result.CreatedAt)));
            else if (record.Inputs is [[{ Link: >= 0 } only]] && only.Link < all.Length && Digest.TryParse(all[only.Link]?.Digest, out Digest target))
                _aliases.TryAdd(key, target);
        }

        return this;
    }
}
