using Builder.Cache;
using Builder.Cache.Images;
using Builder.Oci;

namespace Builder.Cli.Transfers;

/// <summary>Which other repositories of a registry probably have a layer: those that images of the store with this layer are named after.</summary>
internal sealed class MountSources
{
    private readonly Dictionary<Digest, ImageReference> _sources = [];

    /// <summary>Looks through the store.</summary>
    public MountSources(BuilderStore store, ImageReference target)
    {
        foreach ((StoredImage image, IReadOnlyList<ImageReference> names) in store.Images.List())
        {
            ImageReference? other = names.FirstOrDefault(name => name.Domain == target.Domain && name.Path != target.Path);
            if (other is null) continue;
            foreach (Digest diffId in image.Config.RootFs.DiffIds) _sources.TryAdd(diffId, other);
        }
    }

    /// <summary>Another repository, or null.</summary>
    public ImageReference? Find(Digest diffId) => _sources.GetValueOrDefault(diffId);
}
