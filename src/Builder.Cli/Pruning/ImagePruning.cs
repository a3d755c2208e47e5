using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.Containers;
using Builder.Oci;
using Builder.Runtime.Containers;

namespace Builder.Cli.Pruning;

/// <summary>Which images are to be removed.</summary>
/// <param name="All">All that no container was made of; else only those without a name.</param>
/// <param name="Filters">Only what matches.</param>
internal sealed record ImagePruning(bool All, PruneFilters Filters)
{
    /// <summary>The images that containers of a store were made of.</summary>
    public static HashSet<Digest> UsedByContainers(string root) =>
        [.. new ContainerStore(root, TreeRemoval.Remove).List().Select(c => Digest.TryParse(c.ImageId, out Digest id) ? id : default)];

    /// <summary>Removes them; those that a living process uses stay.</summary>
    /// <returns>What was done, and the bytes that were freed.</returns>
    public (IReadOnlyList<string> Done, long Freed) Run(BuilderStore store, DateTimeOffset now)
    {
        HashSet<Digest> used = UsedByContainers(store.Root);
        List<string> done = [];
        long freed = 0;
        foreach ((StoredImage image, IReadOnlyList<ImageReference> names) in store.Images.List())
        {
            if (used.Contains(image.Id) || (names.Count > 0 && !All)) continue;
            DateTimeOffset created = Formatting.Timestamps.Parse(image.Config.Created) ?? image.StoredAt;
            if (!Filters.Matches(created, image.Config.Config.Labels, now) || store.Usage.RemoveImage(image) is not { } bytes) continue;
            done.AddRange(names.Select(name => $"untagged: {name.FamiliarName}"));
            done.Add($"deleted: {image.Id}");
            freed += bytes;
        }

        return (done, freed);
    }
}
