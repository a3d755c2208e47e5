using System.Text.Json;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Sharing;

/// <summary>The cache mounts that a source has: a manifest whose layers hold the files of one each.</summary>
public static class SharedMountList
{
    /// <summary>The archive of each mount, by the mount's id.</summary>
    /// <exception cref="CacheSourceException">It can't be read, or there is something else.</exception>
    public static async Task<IReadOnlyDictionary<string, Descriptor>> ReadAsync(ICacheSource source, CancellationToken cancellationToken)
    {
        try
        {
            ImageManifest manifest = OciJson.ReadManifest((await source.ReadManifestAsync(cancellationToken)).Span);
            if (manifest.Config.MediaType != CacheMediaTypes.MountCache)
                throw new CacheSourceException($"it holds no cache mounts, but something of the type '{manifest.Config.MediaType}'");
            ReadOnlyMemory<byte> content = await SharedCacheReader.ReadSmallAsync(source, manifest.Config, cancellationToken);
            MountCacheFile file = JsonSerializer.Deserialize(content.Span, SharingJsonContext.Default.MountCacheFile) ?? new MountCacheFile();
            Dictionary<string, Descriptor> mounts = new(StringComparer.Ordinal);
            foreach (MountCacheEntry? entry in file.Mounts ?? [])
            {
                if (entry?.Id is null || !Digest.TryParse(entry.Blob, out Digest digest)) continue;
                Descriptor? blob = manifest.Layers.FirstOrDefault(l => l.Digest == digest);
                if (blob is not null && CacheMediaTypes.IsLayer(blob.MediaType)) mounts.TryAdd(entry.Id, blob);
            }

            return mounts;
        }
        catch (Exception error) when (error is OciFormatException or JsonException)
        {
            throw new CacheSourceException(error.Message, error);
        }
    }

    /// <summary>Writes the list, and makes it what the target names. The archives are there already.</summary>
    /// <exception cref="CacheSourceException">The target can't be reached or refuses.</exception>
    public static async Task WriteAsync(ICacheTarget target, IReadOnlyCollection<KeyValuePair<string, Descriptor>> mounts, CancellationToken cancellationToken)
    {
        var file = new MountCacheFile { Mounts = [.. mounts.Select(m => new MountCacheEntry { Id = m.Key, Blob = m.Value.Digest.ToString() })] };
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(file, SharingJsonContext.Default.MountCacheFile);
        var config = new Descriptor { MediaType = CacheMediaTypes.MountCache, Digest = Digest.Sha256(content), Size = content.Length };
        await target.PutBlobAsync(config, offset => new MemoryStream(content[(int)offset..], writable: false), cancellationToken);
        (byte[] manifest, string mediaType) = new CacheManifestForm().Write(config, mounts.Select(m => m.Value with { Annotations = null, Platform = null }).DistinctBy(d => d.Digest));
        await target.PutManifestAsync(manifest, mediaType, cancellationToken);
    }
}
