using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Graph;
using Builder.Graph.Operations;

namespace Builder.Executor.Solving;

/// <summary>When one source of a context is missing, finds the others of the whole build, so that all can be told at once.</summary>
internal static class MissingSources
{
    /// <summary>Most that are told.</summary>
    private const int Limit = 50;

    /// <summary>The others, in the order they stand.</summary>
    /// <param name="graph">The build.</param>
    /// <param name="contexts">Its contexts.</param>
    /// <param name="told">The vertex whose fault is told already.</param>
    /// <param name="toldIndex">Which of its sources that is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IReadOnlyList<MissingSourceFault>> FindAsync(
        BuildGraph graph, ContextSet contexts, Vertex told, int toldIndex, CancellationToken cancellationToken)
    {
        var faults = new List<MissingSourceFault>();
        foreach (Vertex vertex in graph.Vertices)
        {
            if (vertex.Operation is not CopyOperation copy) continue;
            foreach (ContextOperation context in vertex.Inputs.Skip(1).Select(input => graph[input].Operation).OfType<ContextOperation>())
            {
                SourceTree tree = await contexts.OpenAsync(context.Name, cancellationToken);
                faults.AddRange(CopyRunner.Missing(copy, tree, [.. vertex.Origin.Sources.Select(s => s.Text)])
                    .Where(missing => vertex.Id != told.Id || missing.SourceIndex != toldIndex)
                    .Select(missing => new MissingSourceFault(vertex, missing.SourceIndex!.Value, missing.Message, missing.Hint))); // says so
            }
        }

        return [.. faults.OrderBy(fault => fault.Vertex.Origin.Line).ThenBy(fault => fault.SourceIndex).Take(Limit)];
    }
}
