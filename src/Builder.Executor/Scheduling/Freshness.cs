using Builder.Graph;

namespace Builder.Executor.Scheduling;

/// <summary>How much of the cache each vertex may use.</summary>
internal sealed class Freshness
{
    private readonly bool[] _executed;
    private readonly bool[] _affected;

    private Freshness(int count) => (_executed, _affected) = (new bool[count], new bool[count]);

    /// <summary>Whether it is executed whatever the cache has: because it was asked for, or because it stands on something that is.</summary>
    public bool MustExecute(Vertex vertex) => _executed[vertex.Id.Value];

    /// <summary>
    /// Whether its definition tells its result. It doesn't when something below it is executed again: what that turns out to be decides.
    /// </summary>
    public bool MayFindByDefinition(Vertex vertex) => !_affected[vertex.Id.Value];

    /// <summary>What options ask for.</summary>
    public static Freshness Of(BuildGraph graph, ExecutionOptions options) => Of(
        graph, vertex => vertex.HasParent && (options.NoCache || IsOfNamedStage(vertex, options)));

    /// <summary>Whether options name the stage of a vertex.</summary>
    public static bool IsOfNamedStage(Vertex vertex, ExecutionOptions options) =>
        options.NoCacheStages.Contains(vertex.Origin.StageName, StringComparer.OrdinalIgnoreCase);

    /// <summary>What a rule asks for.</summary>
    public static Freshness Of(BuildGraph graph, Func<Vertex, bool> isRefreshed)
    {
        var freshness = new Freshness(graph.Vertices.Count);
        foreach (Vertex vertex in graph.Vertices)
        {
            int index = vertex.Id.Value;
            freshness._executed[index] = isRefreshed(vertex) || (vertex.HasParent && freshness._executed[vertex.Inputs[0].Value]);
            freshness._affected[index] = freshness._executed[index] || vertex.Inputs.Any(i => freshness._affected[i.Value]);
        }

        return freshness;
    }
}
