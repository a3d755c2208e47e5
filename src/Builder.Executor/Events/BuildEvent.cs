using Builder.Executor.Explaining;
using Builder.Graph;

namespace Builder.Executor.Events;

/// <summary>Something happened in a build. Events of one vertex come in order; different vertices interleave.</summary>
/// <param name="At">When.</param>
public abstract record BuildEvent(DateTimeOffset At);

/// <summary>A vertex of the graph is about to be looked at. Sent for each vertex of the graph at most once.</summary>
public sealed record VertexStarted(DateTimeOffset At, Vertex Vertex) : BuildEvent(At);

/// <summary>
/// The vertex was found in the cache (also sent, without <see cref="VertexStarted"/>, for vertices that nothing needed to look at).
/// </summary>
public sealed record VertexCached(DateTimeOffset At, Vertex Vertex) : BuildEvent(At);

/// <summary>The vertex was not found in the cache and is going to be executed.</summary>
public sealed record VertexMissed(DateTimeOffset At, Vertex Vertex, MissReason Reason) : BuildEvent(At);

/// <summary>The vertex was executed.</summary>
public sealed record VertexCompleted(DateTimeOffset At, Vertex Vertex) : BuildEvent(At);

/// <summary>The vertex failed, or was stopped because another did.</summary>
public sealed record VertexFailed(DateTimeOffset At, Vertex Vertex, string Reason, bool Canceled) : BuildEvent(At);

/// <summary>A line (or a part of one, when very long) that the vertex's command wrote; without its newline.</summary>
/// <param name="At">When.</param>
/// <param name="Vertex">Whose.</param>
/// <param name="Stream">1 or 2.</param>
/// <param name="Line">Raw bytes made text; invalid UTF-8 replaced.</param>
public sealed record VertexOutput(DateTimeOffset At, Vertex Vertex, int Stream, string Line) : BuildEvent(At);

/// <summary>Progress of a transfer or a long copy inside a vertex or a task.</summary>
/// <param name="At">When.</param>
/// <param name="Subject">What is being worked on, such as a layer's short digest.</param>
/// <param name="Current">Bytes done.</param>
/// <param name="Total">Bytes in all, or null.</param>
/// <param name="Vertex">Whose, or null.</param>
public sealed record TransferProgress(DateTimeOffset At, string Subject, long Current, long? Total, Vertex? Vertex) : BuildEvent(At);

/// <summary>A step that is not a vertex: loading the Dockerfile, resolving an image, exporting. Shown like one.</summary>
/// <param name="At">When.</param>
/// <param name="Name">As progress shows it: <c>[internal] load build definition from Dockerfile</c>, <c>exporting to docker archive</c>.</param>
/// <param name="Done">False when it starts, true when it ends.</param>
/// <param name="Detail">A line to show, or null.</param>
public sealed record TaskEvent(DateTimeOffset At, string Name, bool Done, string? Detail = null) : BuildEvent(At);

/// <summary>Something the user should know that stops nothing.</summary>
public sealed record BuildWarning(DateTimeOffset At, string Message) : BuildEvent(At);
