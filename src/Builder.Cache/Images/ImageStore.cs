using System.Text;
using Builder.Cache.Blobs;
using Builder.Cache.Layers;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Images;

/// <summary>Images and their names. Configs and layers are blobs; names are small files, replaced atomically.</summary>
public sealed class ImageStore
{
    private const int MaxFileSize = 1 << 20;
    private readonly StoreLayout _layout;
    private readonly StoreOwner _owner;
    private readonly BlobStore _blobs;
    private readonly TimeProvider _time;

    internal ImageStore(StoreLayout layout, StoreOwner owner, BlobStore blobs, TimeProvider time) =>
        (_layout, _owner, _blobs, _time) = (layout, owner, blobs, time);

    /// <summary>Stores an image whose layers are blobs already; storing it again changes nothing.</summary>
    /// <exception cref="StoreException">Layers and diff ids don't match, or a blob is missing.</exception>
    public StoredImage Put(ReadOnlySpan<byte> configBytes, EquatableArray<LayerBlob> layers)
    {
        ImageConfig config = ReadConfig(configBytes);
        if (!config.RootFs.DiffIds.SequenceEqual(layers.Select(l => l.DiffId)))
            throw new StoreException($"the image config names {config.RootFs.DiffIds.Count} layers that are not the {layers.Count} given");
        foreach (LayerBlob layer in layers)
        {
            if (!_blobs.Contains(layer.BlobDigest)) throw new StoreException($"layer blob {layer.BlobDigest} is not in the store");
        }

        // Not under the lock: whoever writes a blob may have to make room first, and images are taken away under it. The blob is in use by now.
        Digest id = _blobs.Put(configBytes);
        using FileLock held = FileLock.Acquire(_layout.ImagesLock, FileLockKind.Exclusive);
        if (Find(id) is { } present && present.Layers == layers) return present;
        ImageFile file = new(_time.GetUtcNow(), [.. layers.Select(l => new ImageLayer(l.DiffId.ToString(), l.BlobDigest.ToString(), l.Size, l.MediaType))]);
        StoreFiles.ReplaceJson(_owner, PathOf(id), file, StoreJsonContext.Default.ImageFile, durable: true);
        LastUse.Note(PathOf(id), _time);
        return new StoredImage(id, config, layers, file.StoredAt);
    }

    /// <summary>
    /// Gives an image a name, taking it from another image when need be. A name by digest says what the image is in a registry; it stays
    /// when a tag goes to another image.
    /// </summary>
    /// <exception cref="StoreException">There is no such image.</exception>
    public void Tag(ImageReference name, Digest id) => Tag(name, [id]);

    /// <summary>Gives images of several platforms one name, taking it from others when need be.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ids">At least one; the first is what the name means where no platform is asked for.</param>
    /// <exception cref="StoreException">One of them isn't there.</exception>
    public void Tag(ImageReference name, IReadOnlyList<Digest> ids)
    {
        name = name.ToKey();
        using FileLock held = FileLock.Acquire(_layout.ImagesLock, FileLockKind.Exclusive);
        foreach (Digest id in ids)
        {
            if (!File.Exists(PathOf(id))) throw new StoreException($"image {id} is not in the store");
            LastUse.Note(PathOf(id), _time);
        }

        string[] others = [.. ids.Skip(1).Select(id => id.ToString())];
        NameFile file = new(name.ToString(), ids[0].ToString()) { Others = others.Length == 0 ? null : others };
        StoreFiles.ReplaceJson(_owner, PathOf(name), file, StoreJsonContext.Default.NameFile, durable: true);
    }

    /// <summary>Takes a name away; false when there is no such name.</summary>
    /// <exception cref="StoreException">The name can't be removed.</exception>
    public bool Untag(ImageReference name)
    {
        name = name.ToKey();
        using FileLock held = FileLock.Acquire(_layout.ImagesLock, FileLockKind.Exclusive);
        if (!File.Exists(PathOf(name))) return false;
        Remove(PathOf(name));
        return true;
    }

    /// <summary>Removes an image that has no name, and its blobs unless another image or a living process uses them.</summary>
    /// <exception cref="StoreException">There is no such image, or it has a name.</exception>
    public void Delete(Digest id)
    {
        using FileLock held = FileLock.Acquire(_layout.ImagesLock, FileLockKind.Exclusive);
        if (!File.Exists(PathOf(id))) throw new StoreException($"image {id} is not in the store");
        if (NamesOf(id) is [ImageReference name, ..]) throw new StoreException($"image {id} can't be removed: it has the name {name.FamiliarName}");
        StoredImage? image = Read(id);
        Remove(PathOf(id));
        List<Digest> blobs = [id, .. image?.Layers.Select(l => l.BlobDigest) ?? []];
        foreach (Digest blob in blobs) _blobs.Release(blob);

        // A build that began with this image has a lease on all of them: then they stay, and go when they are evicted.
        HashSet<Digest> used = References();
        foreach (Digest blob in blobs.Distinct().Where(b => !used.Contains(b))) _blobs.TryEvict(blob, () => false);
    }

    /// <summary>Removes an image with all its names, whoever uses it; its blobs stay.</summary>
    internal void Remove(Digest id)
    {
        using FileLock held = FileLock.Acquire(_layout.ImagesLock, FileLockKind.Exclusive);
        foreach (ImageReference name in NamesOf(id)) Remove(PathOf(name));
        Remove(PathOf(id));
    }

    /// <summary>Whether a file of a name can be read and leads to an image.</summary>
    internal bool IsNameWhole(string path) => ReadName(path) is (ImageReference name, Digest id) && PathOf(name) == path && File.Exists(PathOf(id));

    /// <summary>When an image was stored, found or named last.</summary>
    internal DateTimeOffset LastUsed(StoredImage image) => LastUse.OfModification(PathOf(image.Id), image.StoredAt);

    /// <summary>Removes an image with all its names when no living process uses it; false when one does. Its blobs stay.</summary>
    internal bool TryEvict(Digest id)
    {
        using FileLock held = FileLock.Acquire(_layout.ImagesLock, FileLockKind.Exclusive);
        if (_blobs.IsInUse(id)) return false;
        foreach (ImageReference name in NamesOf(id)) Remove(PathOf(name));
        Remove(PathOf(id));
        return true;
    }

    /// <summary>Removes a blob that neither an image nor a living process uses; false when one does.</summary>
    internal bool TryEvictBlob(Digest blob)
    {
        // An image can't come to use it meanwhile.
        using FileLock held = FileLock.Acquire(_layout.ImagesLock, FileLockKind.Exclusive);
        return _blobs.TryEvict(blob, () => References().Contains(blob));
    }

    /// <summary>The blobs that images use, their configs among them. An image whose description is damaged is no image.</summary>
    internal HashSet<Digest> References()
    {
        HashSet<Digest> used = [];
        foreach (Digest id in Ids())
        {
            if (ReadFile(id)?.Layers is not { } layers || ToLayers(layers) is not { } blobs) continue;
            used.Add(id);
            used.UnionWith(blobs.Select(l => l.BlobDigest));
        }

        return used;
    }

    /// <summary>
    /// The image of an id, or null when there is none or its description is damaged. It is in use from now on, with its blobs: nobody evicts
    /// them before this store is disposed.
    /// </summary>
    public StoredImage? Find(Digest id)
    {
        if (!_blobs.Contains(id) || Read(id) is not { } image) return null;
        foreach (LayerBlob layer in image.Layers) _blobs.Contains(layer.BlobDigest);
        LastUse.Note(PathOf(id), _time);
        return image;
    }

    /// <summary>The same without beginning to use it.</summary>
    internal StoredImage? Read(Digest id)
    {
        if (ReadFile(id) is not { Layers: { } layers } file || ToLayers(layers) is not { } blobs) return null;
        try
        {
            byte[] config = StoreFiles.ReadSmall(_blobs.PathOf(id), OciJson.MaxDocumentSize);
            return Digest.Sha256(config) == id ? new StoredImage(id, ReadConfig(config), blobs, file.StoredAt) : null;
        }
        catch (Exception error) when (error is StoreException || StoreFault.IsMissing(error))
        {
            return null;
        }
    }

    /// <summary>The image a name, id or unique id prefix (with or without <c>sha256:</c>) means, names first; null when there is none.</summary>
    /// <exception cref="StoreException">The prefix is ambiguous.</exception>
    public StoredImage? Resolve(string nameOrId)
    {
        if (ImageReference.TryParse(nameOrId, out ImageReference? name) && Find(name) is { } named) return named;
        if (Digest.TryParse(nameOrId, out Digest digest)) return Find(digest);
        const string Algorithm = "sha256:";
        string prefix = nameOrId.StartsWith(Algorithm, StringComparison.Ordinal) ? nameOrId[Algorithm.Length..] : nameOrId;
        if (prefix.Length is 0 or > 64 || !prefix.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f')) return null;
        List<Digest> matches = [.. Ids().Where(id => id.Hex.StartsWith(prefix, StringComparison.Ordinal)).Take(2)];
        return matches.Count switch
        {
            0 => null,
            1 => Find(matches[0]),
            _ => throw new StoreException($"'{nameOrId}' is the beginning of more than one image id: give more digits"),
        };
    }

    /// <summary>The image of a name, or null.</summary>
    public StoredImage? Find(ImageReference name) =>
        ReadName(PathOf(name.ToKey())) is (ImageReference found, Digest id) && found == name.ToKey() ? Find(id) : null;

    /// <summary>The images of all platforms that a name stands for, the one it means elsewhere first; empty when there is no such name.</summary>
    public IReadOnlyList<StoredImage> FindAll(ImageReference name) =>
        [.. ReadNames(PathOf(name.ToKey())).Where(n => n.Name == name.ToKey()).Select(n => Find(n.Id)).OfType<StoredImage>()];

    /// <summary>The names of an image, sorted.</summary>
    public IReadOnlyList<ImageReference> NamesOf(Digest id) => [.. Names().Where(n => n.Id == id).Select(n => n.Name)];

    /// <summary>All images, newest first, each with its names.</summary>
    public IReadOnlyList<(StoredImage Image, IReadOnlyList<ImageReference> Names)> List()
    {
        ILookup<Digest, ImageReference> names = Names().ToLookup(n => n.Id, n => n.Name);
        return
        [
            .. Ids().Select(Read).OfType<StoredImage>()
                .OrderByDescending(i => i.StoredAt).ThenBy(i => i.Id)
                .Select(i => (i, (IReadOnlyList<ImageReference>)[.. names[i.Id]])),
        ];
    }

    private static ImageConfig ReadConfig(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return OciJson.ReadConfig(bytes);
        }
        catch (OciFormatException error)
        {
            throw new StoreException($"the image can't be stored: {error.Message}", error);
        }
    }

    private static EquatableArray<LayerBlob>? ToLayers(ImageLayer[] layers)
    {
        List<LayerBlob> blobs = [];
        foreach (ImageLayer? layer in layers)
        {
            if (layer?.MediaType is null || !Digest.TryParse(layer.DiffId, out Digest diffId) || !Digest.TryParse(layer.Blob, out Digest blob)) return null;
            blobs.Add(new LayerBlob(diffId, blob, layer.Size, layer.MediaType));
        }

        return [.. blobs];
    }

    private static (ImageReference Name, Digest Id)? ReadName(string path) => ReadNames(path) is [var first, ..] ? first : null;

    // One for each platform.
    private static List<(ImageReference Name, Digest Id)> ReadNames(string path)
    {
        List<(ImageReference Name, Digest Id)> names = [];
        if (StoreFiles.ReadJson(path, StoreJsonContext.Default.NameFile, MaxFileSize) is not { } file || !ImageReference.TryParse(file.Name, out ImageReference? name)) return names;
        foreach (string? text in (string?[])[file.Id, .. file.Others ?? []])
        {
            if (!Digest.TryParse(text, out Digest id)) return [];
            names.Add((name, id));
        }

        return names;
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
            FileSync.Directory(Path.GetDirectoryName(path)!);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't remove", path, error);
        }
    }

    private string PathOf(Digest id) => Path.Combine(_layout.Images, id.Hex);

    private string PathOf(ImageReference name) => Path.Combine(_layout.Names, Digest.Sha256(Encoding.UTF8.GetBytes(name.ToString())).Hex);

    private ImageFile? ReadFile(Digest id) => StoreFiles.ReadJson(PathOf(id), StoreJsonContext.Default.ImageFile, MaxFileSize);

    private IEnumerable<Digest> Ids()
    {
        foreach (string path in Directory.EnumerateFiles(_layout.Images))
        {
            if (Digest.TryParse("sha256:" + Path.GetFileName(path), out Digest id)) yield return id;
        }
    }

    private List<(ImageReference Name, Digest Id)> Names() =>
    [
        .. Directory.EnumerateFiles(_layout.Names).SelectMany(ReadNames)
            .OrderBy(n => n.Name.ToString(), StringComparer.Ordinal),
    ];
}
