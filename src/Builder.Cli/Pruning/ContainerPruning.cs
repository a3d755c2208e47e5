using Builder.Cache;
using Builder.Cache.Usage;
using Builder.Cli.Containers;
using Builder.Runtime.Containers;

namespace Builder.Cli.Pruning;

/// <summary>Which containers are to be removed: none that runs.</summary>
/// <param name="Filters">Only what matches.</param>
internal sealed record ContainerPruning(PruneFilters Filters)
{
    /// <summary>Removes them.</summary>
    /// <returns>Ids, and the bytes that were freed.</returns>
    public (IReadOnlyList<string> Removed, long Freed) Run(BuilderStore store, DateTimeOffset now)
    {
        var containers = new ContainerStore(store.Root, TreeRemoval.Remove);
        containers.CollectDead();
        List<string> removed = [];
        long freed = 0;
        foreach (ContainerRecord container in containers.List())
        {
            if (containers.IsRunning(container.Id) || !Filters.Matches(container.CreatedAt, container.Labels, now)) continue;
            long size = StorePruner.Measure(containers.DirectoryOf(container.Id));
            try
            {
                containers.Remove(container);
            }
            catch (ContainerException)
            {
                // It was begun meanwhile.
                continue;
            }

            removed.Add(container.Id);
            freed += size;
        }

        return (removed, freed);
    }
}
