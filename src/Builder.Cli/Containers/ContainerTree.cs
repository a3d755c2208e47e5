using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Oci;
using Builder.Runtime.Containers;

namespace Builder.Cli.Containers;

/// <summary>The files of a container, and those of the image it was made of.</summary>
internal sealed class ContainerTree : IDisposable
{
    private ContainerTree(MergedTree? image, MergedTree current) => (Image, Current) = (image, current);

    /// <summary>Null for an image without layers.</summary>
    public MergedTree? Image { get; }

    public MergedTree Current { get; }

    /// <summary>Opens both.</summary>
    /// <exception cref="ContainerException">The image is gone.</exception>
    public static async Task<ContainerTree> OpenAsync(BuilderStore store, ContainerStore containers, ContainerRecord container, CancellationToken cancellationToken)
    {
        StoredImage image = (Digest.TryParse(container.ImageId, out Digest id) ? store.Images.Find(id) : null)
            ?? throw new ContainerException($"the image of container {container.Name} is gone: {container.ImageId}");
        Snapshot? snapshot = await store.Layers.UnpackAsync(image.Layers, cancellationToken);
        string[] below = snapshot is null ? [] : [.. store.Snapshots.LayerDirectories(snapshot).Select(d => Path.Combine(store.Snapshots.Directory, d))];
        string directory = containers.DirectoryOf(container.Id);
        string whole = Path.Combine(directory, "root");
        string[] current = Directory.Exists(whole) ? [whole] : [Path.Combine(directory, "upper"), .. below];
        return new ContainerTree(below.Length > 0 ? MergedTree.Open(below) : null, MergedTree.Open(current));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Image?.Dispose();
        Current.Dispose();
    }
}
