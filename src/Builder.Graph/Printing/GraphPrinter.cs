using System.Text;

namespace Builder.Graph.Printing;

/// <summary>Shows a graph to people. The same graph gives the same text.</summary>
public static class GraphPrinter
{
    private const int MaxDotLabel = 120;

    /// <summary>One line for each vertex: id, label, what it does, its inputs. The target is marked with a star.</summary>
    public static string ToText(BuildGraph graph)
    {
        var text = new StringBuilder();
        int width = graph.Vertices.Count.ToString().Length + 1;
        foreach (Vertex vertex in graph.Vertices)
        {
            string id = Name(vertex.Id).PadRight(width);
            string inputs = vertex.Inputs.Count == 0 ? "" : "  <- " + string.Join(' ', vertex.Inputs.Select(Name));
            text.Append(graph.Targets.Contains(vertex.Id) ? '*' : ' ').Append(id).Append("  ").Append(OnOneLine(vertex.Origin.Label)).Append("  {")
                .Append(OnOneLine(OperationSummary.Of(vertex.Operation))).Append('}').Append(inputs).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A Graphviz digraph; edges run from what is needed to what needs it, dashed where it isn't the parent file system.</summary>
    public static string ToDot(BuildGraph graph)
    {
        var text = new StringBuilder("digraph build {\n  rankdir=TB;\n  node [shape=box, fontname=\"monospace\"];\n");
        foreach (Vertex vertex in graph.Vertices)
        {
            string mark = graph.Targets.Contains(vertex.Id) ? ", peripheries=2" : "";
            text.Append("  ").Append(Name(vertex.Id)).Append(" [label=").Append(Quote(vertex)).Append(mark).Append("];\n");
        }

        foreach (Vertex vertex in graph.Vertices)
        {
            for (int i = 0; i < vertex.Inputs.Count; i++)
            {
                string style = i == 0 && vertex.HasParent ? "" : $" [style=dashed, label=\"{i}\"]";
                text.Append("  ").Append(Name(vertex.Inputs[i])).Append(" -> ").Append(Name(vertex.Id)).Append(style).Append(";\n");
            }
        }

        return text.Append("}\n").ToString();
    }

    private static string Name(VertexId id) => $"v{id.Value}";

    private static string Quote(Vertex vertex) =>
        $"\"{Name(vertex.Id)} {Escape(vertex.Origin.Label)}\\n{Escape(OperationSummary.Of(vertex.Operation))}\"";

    // In a quoted string of the dot language only quotes and backslashes are special; a label that is cut stays readable.
    private static string Escape(string text)
    {
        string line = OnOneLine(text);
        if (line.Length > MaxDotLabel)
        {
            int end = MaxDotLabel - (char.IsHighSurrogate(line[MaxDotLabel - 1]) ? 1 : 0);
            line = line[..end] + "...";
        }

        return line.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    // Control characters would break the line, or drive a terminal.
    private static string OnOneLine(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        var line = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (c == '\n') line.Append("\\n");
            else if (c == '\t') line.Append("\\t");
            else if (char.IsControl(c)) line.Append('?');
            else line.Append(c);
        }

        return line.ToString();
    }
}
