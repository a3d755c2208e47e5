using Builder.Graph.Operations;
using Builder.Oci.Collections;

namespace Builder.Graph.Building;

/// <summary>Collects vertices, unifying equal ones as they come; what the target doesn't need is dropped at the end.</summary>
internal sealed class GraphBuilder
{
    private readonly List<Vertex> _vertices = [];
    private readonly Dictionary<(Operation Operation, EquatableArray<VertexId> Inputs), VertexId> _known = [];

    /// <summary>What was collected so far.</summary>
    public EquatableArray<Vertex> Vertices => [.. _vertices];

    /// <summary>The id of a vertex with this operation and these inputs; a new one only when there is none yet.</summary>
    /// <param name="operation">What it does.</param>
    /// <param name="inputs">Ids this builder gave.</param>
    /// <param name="origin">Kept from the first of equal vertices.</param>
    public VertexId Add(Operation operation, EquatableArray<VertexId> inputs, VertexOrigin origin)
    {
        var key = (Meaning(operation), inputs);
        if (_known.TryGetValue(key, out VertexId known)) return known;
        var id = new VertexId(_vertices.Count);
        _vertices.Add(new Vertex(id, operation, inputs, origin));
        _known.Add(key, id);
        return id;
    }

    /// <summary>The graph below a target, renumbered without gaps.</summary>
    /// <param name="target">The result.</param>
    /// <param name="renumber">From the ids given by <see cref="Add"/> to those of the graph; null for what was dropped.</param>
    public BuildGraph Build(VertexId target, out Func<VertexId, VertexId?> renumber)
    {
        // Inputs have smaller ids than their users, so one pass downwards marks everything.
        var needed = new bool[_vertices.Count];
        needed[target.Value] = true;
        for (int i = target.Value; i >= 0; i--)
        {
            if (!needed[i]) continue;
            foreach (VertexId input in _vertices[i].Inputs) needed[input.Value] = true;
        }

        var newIds = new VertexId?[_vertices.Count];
        var kept = new List<Vertex>();
        foreach (Vertex vertex in _vertices)
        {
            if (!needed[vertex.Id.Value]) continue;
            var id = new VertexId(kept.Count);
            newIds[vertex.Id.Value] = id;
            VertexId[] inputs = [.. vertex.Inputs.Select(input => newIds[input.Value]!.Value)]; // an input of what is needed is needed
            kept.Add(vertex with { Id = id, Inputs = new([.. inputs]) });
        }

        renumber = id => newIds[id.Value];
        return new BuildGraph(new([.. kept]), newIds[target.Value]!.Value); // the target was marked first
    }

    // The name an image was asked for by is no part of what it is.
    private static Operation Meaning(Operation operation) => operation is ImageOperation image ? image with { Reference = "" } : operation;
}
