using System.Text.Json;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cache.Sharing;

/// <summary>Puts the document of a shared cache together. Layers and records that are equal are there once.</summary>
public sealed class SharedCacheBuilder
{
    private readonly List<SharedLayer> _layers = [];
    private readonly List<CacheLayerFile> _files = [];
    private readonly Dictionary<(int Parent, Digest Blob), int> _places = [];
    private readonly List<CacheRecordFile> _records = [];
    private readonly Dictionary<Digest, int> _results = [];
    private readonly HashSet<Digest> _aliases = [];

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => _records.Count == 0;

    /// <summary>The layers' blobs, each once, as a manifest names them.</summary>
    public IReadOnlyList<Descriptor> Blobs => [.. _layers.DistinctBy(l => l.Blob.Digest).Select(Annotated)];

    /// <summary>Adds a result, and a definition key that leads to it.</summary>
    public void Add(Digest definition, SharedResult result)
    {
        if (!_results.TryGetValue(result.Key, out int place))
        {
            int top = -1;
            foreach (SharedLayer layer in result.Layers) top = PlaceOf(top, layer);
            Add(definition, result.Key, top, result.CreatedAt);
            return;
        }

        AddAlias(definition, result.Key, place);
    }

    /// <summary>Adds a result whose layers are those of an image up to one of them.</summary>
    /// <param name="definition">A key that leads to the other.</param>
    /// <param name="key">The canonical key.</param>
    /// <param name="layer">Index of the topmost layer among the image's.</param>
    /// <param name="createdAt">When it was executed; null to leave that out.</param>
    public void Add(Digest definition, Digest key, int layer, DateTimeOffset? createdAt)
    {
        if (_results.TryAdd(key, _records.Count))
            _records.Add(new CacheRecordFile { Digest = key.ToString(), Results = [new CacheResultFile { Layer = layer, CreatedAt = createdAt }] });
        AddAlias(definition, key, _results[key]);
    }

    /// <summary>The document.</summary>
    public byte[] WriteConfig() => JsonSerializer.SerializeToUtf8Bytes(
        new CacheConfigFile { Layers = [.. _files], Records = [.. _records] }, SharingJsonContext.Default.CacheConfigFile);

    /// <summary>The records alone, for an image config.</summary>
    public byte[] WriteInline() => JsonSerializer.SerializeToUtf8Bytes([.. _records], SharingJsonContext.Default.CacheRecordFileArray);

    private static Descriptor Annotated(SharedLayer layer)
    {
        var annotations = System.Collections.Immutable.ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
            .Add(CacheMediaTypes.DiffIdAnnotation, layer.DiffId.ToString());
        return layer.Blob with { Platform = null, Annotations = annotations };
    }

    private void AddAlias(Digest definition, Digest key, int place)
    {
        if (definition == key || _results.ContainsKey(definition) || !_aliases.Add(definition)) return;
        _records.Add(new CacheRecordFile { Digest = definition.ToString(), Inputs = [[new CacheInputFile { Link = place }]] });
    }

    private int PlaceOf(int parent, SharedLayer layer)
    {
        if (_places.TryGetValue((parent, layer.Blob.Digest), out int known)) return known;
        int place = _files.Count;
        _places[(parent, layer.Blob.Digest)] = place;
        _layers.Add(layer);
        _files.Add(new CacheLayerFile
        {
            Blob = layer.Blob.Digest.ToString(),
            Parent = parent,
            Annotations = new CacheLayerAnnotations
            {
                MediaType = layer.Blob.MediaType,
                DiffId = layer.DiffId.ToString(),
                Size = layer.Blob.Size,
                CreatedAt = layer.CreatedAt,
            },
        });
        return place;
    }
}
