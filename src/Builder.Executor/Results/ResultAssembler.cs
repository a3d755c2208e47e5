using System.Globalization;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Executor.Sharing;
using Builder.Graph;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Executor.Results;

/// <summary>Puts the final image together: layers, history, config. The same snapshots give the same bytes.</summary>
/// <param name="build">What was built.</param>
/// <param name="store">Where the base image is.</param>
/// <param name="layers">Makes layers.</param>
/// <param name="epoch">The time that the image and its own steps are said to be from (SOURCE_DATE_EPOCH), or null for the time they were made.</param>
/// <param name="inline">Definition keys when the config is to hold the records of its layers; else null.</param>
internal sealed class ResultAssembler(
    LoweredBuild build, BuilderStore store, LayerQueue layers, DateTimeOffset? epoch, IReadOnlyDictionary<VertexId, Digest>? inline = null)
{
    private const string Comment = "buildkit.dockerfile.v0";

    /// <summary>Assembles the image.</summary>
    /// <param name="snapshot">The target's file system; null when it is empty or is the base image's and nothing has unpacked it.</param>
    /// <param name="executed">How many vertices were executed.</param>
    public async Task<BuildResult> AssembleAsync(Snapshot? snapshot, int executed)
    {
        IReadOnlyList<Vertex> chain = build.Graph.ParentChain(build.Graph.Target);
        List<Vertex> made = [.. chain.Where(v => v.HasParent)];
        List<Snapshot> snapshots = OwnSnapshots(snapshot, made.Count);
        LayerBlob[] own = await Task.WhenAll(snapshots.Select(layers.GetAsync));
        EquatableArray<LayerBlob> below = BaseLayers(chain[0]);
        LayerBlob[] all = [.. below, .. own];

        var times = new Dictionary<VertexId, DateTimeOffset>();
        for (int i = 0; i < made.Count; i++) times[made[i].Id] = epoch ?? snapshots[i].CreatedAt;
        HistoryEntry[] history = [.. NewHistory(times)];
        ImageConfig config = build.Image with
        {
            Created = epoch is { } time ? Format(time) : history.Select(h => h.Created).LastOrDefault() ?? BaseTime(),
            RootFs = new RootFs { DiffIds = [.. all.Select(l => l.DiffId)] },
            History = [.. build.BaseImage?.Config.History ?? [], .. history],
            Unknown = InlineCache.Put(build.Image.Unknown, inline is null ? null : InlineCache.Write(made, below.Count, inline, store.Records)),
        };
        byte[] bytes = OciJson.WriteConfig(config);
        return new BuildResult(snapshot, bytes, config, [.. all], executed) { BaseLayers = below.Count };
    }

    // One snapshot per vertex that has a parent; what is below belongs to the base image.
    private List<Snapshot> OwnSnapshots(Snapshot? top, int count)
    {
        var result = new List<Snapshot>(count);
        for (Snapshot? at = top; result.Count < count; at = at.ParentId is null ? null : store.Snapshots.Find(at.ParentId))
        {
            if (at is null) throw new StoreException("a snapshot of the result is not in the store any more");
            result.Add(at);
        }

        result.Reverse();
        return result;
    }

    private EquatableArray<LayerBlob> BaseLayers(Vertex bottom)
    {
        if (bottom.Operation is not ImageOperation image) return [];
        StoredImage stored = store.Images.Find(image.ConfigDigest)
            ?? throw new StoreException($"the image {image.Reference} is not in the store any more");
        return stored.Layers;
    }

    // An instruction without a layer has the time of the last layer before it, so that building again gives the same image.
    private IEnumerable<HistoryEntry> NewHistory(Dictionary<VertexId, DateTimeOffset> times)
    {
        string last = epoch is { } time ? Format(time) : BaseTime();
        foreach (HistoryItem item in build.History)
        {
            bool hasLayer = item.Vertex is not null;
            if (item.Vertex is { } vertex) last = Format(times[vertex]);
            yield return new HistoryEntry { Created = last, CreatedBy = item.CreatedBy, Comment = Comment, EmptyLayer = !hasLayer };
        }
    }

    private string BaseTime() => build.BaseImage?.Config.Created ?? Format(DateTimeOffset.UnixEpoch);

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
