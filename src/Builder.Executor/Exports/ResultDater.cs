using Builder.Cache;
using Builder.Cache.Layers;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Executor.Exports;

/// <summary>Makes of a result one whose files have no later time than a given one (<c>rewrite-timestamp=true</c>). Layers of the base image stay.</summary>
public static class ResultDater
{
    /// <summary>The other result; its file system is the same one, with its own times.</summary>
    /// <exception cref="StoreException">A layer is gone or damaged, or the disk is full.</exception>
    public static async Task<BuildResult> RewriteAsync(BuilderStore store, BuildResult result, DateTimeOffset latest, CancellationToken cancellationToken)
    {
        LayerBlob[] layers = [.. result.Layers];
        await Parallel.ForEachAsync(
            Enumerable.Range(result.BaseLayers, layers.Length - result.BaseLayers),
            cancellationToken,
            async (i, token) => layers[i] = await store.Dater.DateAsync(layers[i], latest, token));
        ImageConfig config = result.Config with { RootFs = new RootFs { DiffIds = [.. layers.Select(l => l.DiffId)] } };
        return result with { Config = config, ConfigBytes = OciJson.WriteConfig(config), Layers = [.. layers] };
    }
}
