using System.Text;
using Builder.Graph;
using Builder.Graph.Lowering;

namespace Builder.Cli.Builds;

/// <summary>Prints the graph of a build.</summary>
internal static class GraphText
{
    /// <summary>The graph as text or in Graphviz' language.</summary>
    public static string Print(LoweredBuild build, GraphFormat format) => format == GraphFormat.Dot ? Dot(build.Graph) : Text(build.Graph);

    private static string Text(BuildGraph graph)
    {
        var text = new StringBuilder();
        foreach (Vertex vertex in graph.Vertices)
        {
            string inputs = vertex.Inputs.Count == 0 ? "" : $" <- {string.Join(' ', vertex.Inputs.Select(i => "#" + i.Value))}";
            text.Append($"#{vertex.Id.Value} {vertex.Origin.Label}{inputs}{(vertex.Id == graph.Target ? " (target)" : "")}\n");
        }

        return text.ToString();
    }

    private static string Dot(BuildGraph graph)
    {
        var text = new StringBuilder("digraph build {\n  rankdir=BT;\n  node [shape=box];\n");
        foreach (Vertex vertex in graph.Vertices)
        {
            string label = vertex.Origin.Label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            text.Append($"  v{vertex.Id.Value} [label=\"{label}\"{(vertex.Id == graph.Target ? ", penwidth=2" : "")}];\n");
            foreach (VertexId input in vertex.Inputs) text.Append($"  v{vertex.Id.Value} -> v{input.Value};\n");
        }

        return text.Append("}\n").ToString();
    }
}
