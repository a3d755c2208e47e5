using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Executor.Exports;

/// <summary>Makes one layer of those a build made; what was built and cached stays as it is.</summary>
public static class ResultSquasher
{
    /// <summary>The result with fewer layers; its file system is the same.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="result">Of the build.</param>
    /// <param name="withBase">Whether the layers of the base image are merged too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreException">A layer is gone or damaged, or the disk is full.</exception>
    public static async Task<BuildResult> SquashAsync(BuilderStore store, BuildResult result, bool withBase, CancellationToken cancellationToken)
    {
        int kept = withBase ? 0 : result.BaseLayers;
        int merged = result.Layers.Count - kept;
        if (merged < 2) return result;
        LayerBlob layer = await store.Squasher.SquashAsync(result.Layers, kept, result.Snapshot, cancellationToken);
        LayerBlob[] layers = [.. result.Layers.Take(kept), layer];
        ImageConfig config = result.Config with
        {
            RootFs = new RootFs { DiffIds = [.. layers.Select(l => l.DiffId)] },
            History = [.. WithoutLayers(result.Config.History, kept), new HistoryEntry { Created = result.Config.Created, Comment = $"merge of {merged} layers" }],
        };
        return result with { Config = config, ConfigBytes = OciJson.WriteConfig(config), Layers = [.. layers], BaseLayers = kept };
    }

    private static IEnumerable<HistoryEntry> WithoutLayers(IEnumerable<HistoryEntry> history, int kept)
    {
        int layer = 0;
        foreach (HistoryEntry entry in history)
        {
            bool isMerged = !entry.EmptyLayer && layer++ >= kept;
            yield return isMerged ? entry with { EmptyLayer = true } : entry;
        }
    }
}
