using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Parser.Text;

namespace Builder.Graph;

/// <summary>The instruction DAG of one build: pruned to its target, equal vertices unified, in topological order.</summary>
/// <param name="Vertices">Inputs before users; <see cref="Vertex.Id"/> is the index.</param>
/// <param name="Target">The vertex whose file system is the result.</param>
public sealed record BuildGraph(EquatableArray<Vertex> Vertices, VertexId Target)
{
    /// <summary>The results of all builds that share the vertices: one per platform.</summary>
    public EquatableArray<VertexId> Targets { get; init; } = [Target];

    /// <summary>The vertex of an id.</summary>
    public Vertex this[VertexId id] => Vertices[id.Value];

    /// <summary>The target and what lies below it, following input 0: the vertices whose layers make the image, base first.</summary>
    public IReadOnlyList<Vertex> ParentChain(VertexId id)
    {
        var chain = new List<Vertex>();
        for (Vertex? vertex = this[id]; vertex is not null; vertex = vertex.HasParent ? this[vertex.Inputs[0]] : null) chain.Add(vertex);
        chain.Reverse();
        return chain;
    }
}

/// <summary>Names a vertex within its graph.</summary>
/// <param name="Value">Index into <see cref="BuildGraph.Vertices"/>.</param>
public readonly record struct VertexId(int Value);

/// <summary>One node of the DAG.</summary>
/// <param name="Id">Its place in the graph.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Inputs">What it needs; the operation says which input is what.</param>
/// <param name="Origin">Where it comes from; never part of any key.</param>
public sealed record Vertex(VertexId Id, Operation Operation, EquatableArray<VertexId> Inputs, VertexOrigin Origin)
{
    /// <summary>Whether input 0 is the parent file system.</summary>
    public bool HasParent => Operation is ExecOperation or CopyOperation or MergeOperation or MakeDirectoryOperation;
}

/// <summary>For display only.</summary>
/// <param name="Label">As progress shows it: <c>[build 2/5] RUN make</c>.</param>
/// <param name="StageName">Name or index of the stage.</param>
/// <param name="Line">Line of the instruction in the Dockerfile, from 1; 0 when there is none.</param>
/// <param name="SourceText">The instruction on one line.</param>
public sealed record VertexOrigin(string Label, string StageName, int Line, string SourceText)
{
    /// <summary>The sources of a COPY or ADD, in the order of <see cref="CopyOperation.Sources"/>.</summary>
    public EquatableArray<WrittenSource> Sources { get; init; }

    /// <summary>Names of the variables of a command that have their value from an ARG.</summary>
    public EquatableArray<string> BuildArguments { get; init; } = [];

    /// <summary>Of a command: what its programs are made for, as far as the image that it runs in says.</summary>
    public Platform? Platform { get; init; }
}

/// <summary>A source of a COPY or ADD as its user wrote it.</summary>
/// <param name="Text">Variables expanded, nothing cleaned.</param>
/// <param name="Span">Where it stands in the Dockerfile.</param>
public sealed record WrittenSource(string Text, SourceSpan Span);
