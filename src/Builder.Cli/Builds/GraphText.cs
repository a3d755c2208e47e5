using System.Text;
using Builder.Graph;

namespace Builder.Cli.Builds;

/// <summary>Prints the graph of a build.</summary>
internal static class GraphText
{
    /// <summary>The graph as text or in Graphviz' language.</summary>
    public static string Print(BuildGraph graph, GraphFormat format) => format == GraphFormat.Dot ? Dot(graph) : Text(graph);

    private static string Text(BuildGraph graph)
    {
        var text = new StringBuilder();
        foreach (Vertex vertex in graph.Vertices)
        {
            string inputs = vertex.Inputs.Count == 0 ? "" : $" <- {string.Join(' ', vertex.Inputs.Select(i => "#" + i.Value))}";
            text.Append($"#{vertex.Id.Value} {vertex.Origin.Label}{inputs}{(graph.Targets.Contains(vertex.Id) ? " (target)" : "")}\n");
        }

        return text.ToString();
    }

    private static string Dot(BuildGraph graph)
    {
        var text = new StringBuilder("digraph build {\n  rankdir=BT;\n  node [shape=box];\n");
        foreach (Vertex vertex in graph.Vertices)
        {
            string label = vertex.Origin.Label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            text.Append($"  v{vertex.Id.Value} [label=\"{label}\"{(graph.Targets.Contains(vertex.Id) ? ", penwidth=2" : "")}];\n");
            foreach (VertexId input in vertex.Inputs) text.Append($"  v{vertex.Id.Value} -> v{input.Value};\n");
        }

        return text.Append("}\n").ToString();
    }
}
