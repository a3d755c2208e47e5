using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Cache.Sharing;

/// <summary>Reads what a source has: a cache of its own, or what an image says of itself.</summary>
public static class SharedCacheReader
{
    private const int MaxConfigSize = 16 << 20;
    private const int MaxNesting = 4;

    /// <summary>What the source has.</summary>
    /// <exception cref="CacheSourceException">It can't be read, or there is no cache in it.</exception>
    public static async Task<SharedCache> ReadAsync(ICacheSource source, Platform platform, CancellationToken cancellationToken)
    {
        try
        {
            ReadOnlyMemory<byte> document = await source.ReadManifestAsync(cancellationToken);
            for (int depth = 0; IsIndex(document.Span); depth++)
            {
                ImageIndex index = OciJson.ReadIndex(document.Span);
                if (index.Manifests.FirstOrDefault(m => m.MediaType == CacheMediaTypes.CacheConfig) is { } config)
                    return SharedCache.Read((await ReadSmallAsync(source, config, cancellationToken)).Span, index.Manifests.Where(m => m != config));
                if (depth == MaxNesting) throw new CacheSourceException($"indexes are nested more than {MaxNesting} deep");
                Descriptor chosen = PlatformChoice.Choose(index, platform) ?? throw new CacheSourceException($"there is nothing for {platform}; there is {PlatformChoice.Describe(index)}");
                document = await source.ReadManifestAsync(chosen, cancellationToken);
                Verify(document.Span, chosen);
            }

            ImageManifest manifest = OciJson.ReadManifest(document.Span);
            ReadOnlyMemory<byte> content = await ReadSmallAsync(source, manifest.Config, cancellationToken);
            if (manifest.Config.MediaType == CacheMediaTypes.CacheConfig) return SharedCache.Read(content.Span, manifest.Layers);
            if (manifest.Config.MediaType is not (MediaTypes.OciConfig or MediaTypes.DockerConfig))
                throw new CacheSourceException($"it is neither a cache nor an image, but of the type '{manifest.Config.MediaType}'");
            return SharedCache.ReadInline(manifest, OciJson.ReadConfig(content.Span)) ?? throw new CacheSourceException("the image has no cache in it; build it with --cache-to type=inline");
        }
        catch (OciFormatException error)
        {
            throw new CacheSourceException(error.Message, error);
        }
    }

    /// <summary>The content of a small blob, verified.</summary>
    /// <exception cref="CacheSourceException">It can't be had, is too large, or not what its digest says.</exception>
    internal static async Task<ReadOnlyMemory<byte>> ReadSmallAsync(ICacheSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Size is < 0 or > MaxConfigSize) throw new CacheSourceException($"the document {blob.Digest} is larger than {MaxConfigSize >> 20} MiB");
        byte[] buffer = new byte[blob.Size + 1];
        int count;
        try
        {
            await using Stream content = await source.OpenBlobAsync(blob, cancellationToken);
            count = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (Exception error) when (error is IOException or ImageSourceException)
        {
            throw new CacheSourceException(error.Message, error);
        }

        Verify(buffer.AsSpan(0, count), blob);
        return buffer.AsMemory(0, count);
    }

    private static void Verify(ReadOnlySpan<byte> content, Descriptor descriptor)
    {
        if (content.Length != descriptor.Size || Digest.Sha256(content) != descriptor.Digest)
            throw new CacheSourceException($"what came for {descriptor.Digest} is something else");
    }

    // The shape decides: media types of caches have been wrong before.
    private static bool IsIndex(ReadOnlySpan<byte> json)
    {
        var reader = new System.Text.Json.Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == System.Text.Json.JsonTokenType.PropertyName && reader.ValueTextEquals("manifests"u8)) return true;
            }

            return false;
        }
        catch (System.Text.Json.JsonException error)
        {
            throw new CacheSourceException($"the manifest is malformed: {error.Message}", error);
        }
    }
}
