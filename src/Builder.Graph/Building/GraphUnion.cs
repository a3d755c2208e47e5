using Builder.Graph.Lowering;
using Builder.Oci.Collections;

namespace Builder.Graph.Building;

/// <summary>Puts builds of one Dockerfile for several platforms on one graph: what they have in common is there once.</summary>
public static class GraphUnion
{
    /// <summary>The same builds, in the same order, each with its own target in the common graph.</summary>
    public static IReadOnlyList<LoweredBuild> Of(IReadOnlyList<LoweredBuild> builds)
    {
        if (builds.Count < 2) return builds;
        var union = new GraphBuilder();
        VertexId[][] numbers = [.. builds.Select(build => AddAll(union, build.Graph))];
        EquatableArray<VertexId> targets = [.. builds.Select((build, i) => numbers[i][build.Graph.Target.Value])];
        EquatableArray<Vertex> vertices = union.Vertices;
        return
        [
            .. builds.Select((build, i) => build with
            {
                Graph = new BuildGraph(vertices, targets[i]) { Targets = targets },
                History = [.. build.History.Select(item => item with { Vertex = item.Vertex is { } vertex ? numbers[i][vertex.Value] : null })],
            }),
        ];
    }

    private static VertexId[] AddAll(GraphBuilder union, BuildGraph graph)
    {
        var numbers = new VertexId[graph.Vertices.Count];
        foreach (Vertex vertex in graph.Vertices)
            numbers[vertex.Id.Value] = union.Add(vertex.Operation, [.. vertex.Inputs.Select(input => numbers[input.Value])], vertex.Origin);
        return numbers;
    }
}
