using System.Text;
using Builder.Executor.Events;
using Builder.Graph;
using Builder.Graph.Lowering;
using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Executor.Secrets;

/// <summary>Looks whether a result holds one of the secrets its steps were given: in the layers of its steps, in its config and history.</summary>
/// <param name="layers">Looks for the secrets in layers.</param>
/// <param name="reporter">Told what is worth a warning.</param>
internal sealed class ResultScan(LayerScan layers, EventReporter reporter)
{
    private const string Hint = "mount the secret where it is needed and keep it out of files, arguments and variables; --no-secret-scan builds all the same";

    /// <summary>Looks.</summary>
    /// <exception cref="BuildFailedException">There is one: says which, and where.</exception>
    public async Task CheckAsync(LoweredBuild build, BuildResult result, CancellationToken cancellationToken)
    {
        if (layers.IsEmpty) return;
        await Task.Run(() => Check(build.Graph, result, cancellationToken), cancellationToken);
    }

    private void Check(BuildGraph graph, BuildResult result, CancellationToken cancellationToken)
    {
        CheckConfig(graph, result);
        Vertex[] makers = [.. graph.ParentChain(graph.Target).Where(v => v.HasParent)];
        int below = result.Layers.Count - makers.Length;
        for (int i = 0; i < makers.Length; i++)
        {
            Vertex maker = makers[i];
            if (layers.Find(result.Layers[below + i], cancellationToken) is { } place) throw Found(maker, place);
        }
    }

    // What the Dockerfile itself says in a RUN is no news to anybody who has it; that it is in the history too is worth a warning.
    private void CheckConfig(BuildGraph graph, BuildResult result)
    {
        Vertex target = graph[graph.Target];
        if (layers.Search.Find(OciJson.WriteConfig(result.Config with { History = [] })) is { } inConfig)
            throw Found(target, inConfig, $"is in the image's config, at byte {inConfig.Offset}");
        EquatableArray<HistoryEntry> history = result.Config.History;
        for (int i = 0; i < history.Count; i++)
        {
            if (layers.Search.Find(Encoding.UTF8.GetBytes(history[i].CreatedBy ?? "")) is not { } match) continue;
            bool isWritten = graph.Vertices.Any(v => Encoding.UTF8.GetBytes(v.Origin.SourceText).AsSpan().IndexOf(match.Pattern.Bytes) >= 0);
            if (!isWritten) throw Found(target, match, $"is in the image's history, at byte {match.Offset} of entry {i + 1}");
            reporter.Warn($"{match.Pattern} is written in the Dockerfile itself, and so it is in the image's history");
        }
    }

    /// <summary>The failure that a step's layer holds a secret.</summary>
    public static BuildFailedException Found(Vertex vertex, SecretPlace place) => Found(vertex, place.Match, $"is in the layer of this step: {place.Where}");

    private static BuildFailedException Found(Vertex vertex, SecretMatch match, string where) => new(vertex, $"{match.Pattern} {where}", hint: Hint);
}
