using Builder.Executor.Events;
using Builder.Graph;
using Builder.Graph.Operations;

namespace Builder.Cli.Rendering;

/// <summary>Remembers of each step the last lines it wrote, and counts what was executed, for the report at the end.</summary>
internal sealed class StepLog
{
    /// <summary>How many lines are kept of each step.</summary>
    public const int TailLength = 50;

    private readonly Dictionary<VertexId, Queue<(TimeSpan At, string Line)>> _tails = [];
    private readonly Dictionary<VertexId, DateTimeOffset> _starts = [];
    private readonly List<VertexMissed> _misses = [];

    /// <summary>Steps found in the cache.</summary>
    public int Cached { get; private set; }

    /// <summary>Steps executed.</summary>
    public int Executed { get; private set; }

    /// <summary>Why steps were executed, in the order they began.</summary>
    public IReadOnlyList<VertexMissed> Misses => _misses;

    /// <summary>Takes an event.</summary>
    public void Handle(BuildEvent buildEvent)
    {
        switch (buildEvent)
        {
            case VertexStarted started:
                _starts[started.Vertex.Id] = started.At;
                break;
            case VertexCached { Vertex: var vertex } when IsStep(vertex):
                Cached++;
                break;
            case VertexCompleted { Vertex: var vertex } when IsStep(vertex):
                Executed++;
                break;
            case VertexMissed missed:
                _misses.Add(missed);
                break;
            case VertexOutput output:
                Remember(output);
                break;
        }
    }

    /// <summary>The last lines of a step, oldest first, with the time since its start.</summary>
    public IReadOnlyList<(TimeSpan At, string Line)> TailOf(VertexId vertex) => _tails.TryGetValue(vertex, out var tail) ? [.. tail] : [];

    private static bool IsStep(Vertex vertex) => vertex.Operation is ExecOperation or CopyOperation or MakeDirectoryOperation;

    private void Remember(VertexOutput output)
    {
        if (!_tails.TryGetValue(output.Vertex.Id, out Queue<(TimeSpan At, string Line)>? tail)) _tails.Add(output.Vertex.Id, tail = new());
        if (tail.Count == TailLength) tail.Dequeue();
        TimeSpan at = _starts.TryGetValue(output.Vertex.Id, out DateTimeOffset start) ? output.At - start : TimeSpan.Zero;
        tail.Enqueue((at, output.Line));
    }
}
