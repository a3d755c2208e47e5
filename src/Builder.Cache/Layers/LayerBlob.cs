using Builder.Oci;

namespace Builder.Cache.Layers;

/// <summary>A layer as a stored blob.</summary>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
/// <param name="BlobDigest">Digest of the stored bytes; equal to <paramref name="DiffId"/> when they are not compressed.</param>
/// <param name="Size">Bytes of the stored blob.</param>
/// <param name="MediaType">Tells the compression.</param>
public sealed record LayerBlob(Digest DiffId, Digest BlobDigest, long Size, string MediaType);
