using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cache.Sharing;

/// <summary>A layer of a shared cache.</summary>
/// <param name="Blob">Its blob.</param>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
/// <param name="CreatedAt">When it was made, or null.</param>
public sealed record SharedLayer(Descriptor Blob, Digest DiffId, DateTimeOffset? CreatedAt)
{
    /// <summary>The same as the store speaks of it.</summary>
    public LayerBlob ToLayerBlob() => new(DiffId, Blob.Digest, Blob.Size, Blob.MediaType);
}

/// <summary>A key that a shared cache has a result for.</summary>
/// <param name="Key">The canonical key.</param>
/// <param name="Layers">The layers of the result, bottom first.</param>
/// <param name="CreatedAt">When it was executed, or null.</param>
public sealed record SharedResult(Digest Key, IReadOnlyList<SharedLayer> Layers, DateTimeOffset? CreatedAt);
