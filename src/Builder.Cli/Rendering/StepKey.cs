using Builder.Executor.Events;
using Builder.Graph;
using Builder.Graph.Operations;

namespace Builder.Cli.Rendering;

/// <summary>Names a step of the progress display: a vertex or a task.</summary>
/// <param name="Vertex">The vertex, or null.</param>
/// <param name="Task">The task's name, or null.</param>
internal readonly record struct StepKey(VertexId? Vertex, string? Task)
{
    /// <summary>The step of a vertex.</summary>
    public static StepKey Of(Vertex vertex) => new(vertex.Id, null);

    /// <summary>The step of a task.</summary>
    public static StepKey Of(TaskEvent task) => new(null, task.Name);

    /// <summary>Whether people want to see this vertex; the empty file system is no work.</summary>
    public static bool IsShown(Vertex vertex) => vertex.Operation is not ScratchOperation;
}
