using Builder.Oci;

namespace Builder.Cache.Sharing;

/// <summary>Names that a shared cache has in common with BuildKit's, and one of our own.</summary>
public static class CacheMediaTypes
{
    /// <summary>The document that lists records and layers, in the place of an image's config.</summary>
    public const string CacheConfig = "application/vnd.buildkit.cacheconfig.v0";

    /// <summary>The list of cache mounts.</summary>
    public const string MountCache = "application/vnd.builder.mountcache.v0+json";

    /// <summary>The field of an image config that holds the records of its layers.</summary>
    public const string InlineField = "moby.buildkit.cache.v0";

    /// <summary>On a layer: the digest of the uncompressed tar.</summary>
    public const string DiffIdAnnotation = "containerd.io/uncompressed";

    /// <summary>On a layer: when it was made.</summary>
    public const string CreatedAtAnnotation = "buildkit/createdat";

    /// <summary>Whether a layer of this type can be used; what it holds is found out by looking, but the type is passed on.</summary>
    public static bool IsLayer(string mediaType) => mediaType is MediaTypes.OciLayer or MediaTypes.OciLayerGzip or MediaTypes.OciLayerZstd
        or MediaTypes.DockerLayer or MediaTypes.DockerLayerGzip;
}
