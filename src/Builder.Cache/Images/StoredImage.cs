using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cache.Images;

/// <summary>An image of the local store.</summary>
/// <param name="Id">Digest of the config: what Docker calls the image id.</param>
/// <param name="Config">The config, read.</param>
/// <param name="Layers">Base first; as many as the config has diff ids.</param>
/// <param name="StoredAt">When it came into the store.</param>
public sealed record StoredImage(Digest Id, ImageConfig Config, EquatableArray<LayerBlob> Layers, DateTimeOffset StoredAt)
{
    /// <summary>What it was made for.</summary>
    public Platform Platform => Platform.Of(Config.Os, Config.Architecture, Config.Variant);

    /// <summary>Sum of the stored layers' sizes in bytes.</summary>
    public long Size => Layers.Sum(l => l.Size);
}
