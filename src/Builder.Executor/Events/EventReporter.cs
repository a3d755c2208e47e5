using Builder.Executor.Explaining;
using Builder.Graph;

namespace Builder.Executor.Events;

/// <summary>Stamps events, hands them on one at a time, and keeps the promise that a vertex starts once and ends once.</summary>
internal sealed class EventReporter(Action<BuildEvent> events, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<VertexId, bool> _ended = [];

    public void Started(Vertex vertex)
    {
        lock (_gate)
        {
            if (_ended.TryAdd(vertex.Id, false)) events(new VertexStarted(time.GetUtcNow(), vertex));
        }
    }

    public void Cached(Vertex vertex) => End(vertex, mustHaveStarted: false, new VertexCached(time.GetUtcNow(), vertex));

    public void Completed(Vertex vertex) => End(vertex, mustHaveStarted: true, new VertexCompleted(time.GetUtcNow(), vertex));

    public void Missed(Vertex vertex, MissReason reason) => Send(new VertexMissed(time.GetUtcNow(), vertex, reason));

    /// <summary>Says nothing for a vertex that hadn't started.</summary>
    public void Failed(Vertex vertex, string reason, bool canceled) =>
        End(vertex, mustHaveStarted: true, new VertexFailed(time.GetUtcNow(), vertex, reason, canceled));

    public void Output(Vertex vertex, int stream, string line) => Send(new VertexOutput(time.GetUtcNow(), vertex, stream, line));

    public void Transfer(Vertex vertex, string subject, long current, long? total) => Send(new TransferProgress(time.GetUtcNow(), subject, current, total, vertex));

    public void Task(string name, bool done, string? detail = null) => Send(new TaskEvent(time.GetUtcNow(), name, done, detail));

    public void Warn(string message) => Send(new BuildWarning(time.GetUtcNow(), message));

    private void Send(BuildEvent buildEvent)
    {
        lock (_gate) events(buildEvent);
    }

    private void End(Vertex vertex, bool mustHaveStarted, BuildEvent buildEvent)
    {
        lock (_gate)
        {
            bool started = _ended.TryGetValue(vertex.Id, out bool ended);
            if (ended || (mustHaveStarted && !started)) return;
            _ended[vertex.Id] = true;
            events(buildEvent);
        }
    }
}
