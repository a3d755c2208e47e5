using Builder.Cli.Formatting;
using Builder.Executor.Events;
using Builder.Graph;

namespace Builder.Cli.Rendering;

/// <summary>Progress as lines: every step has a number, its lines stay together as long as nothing else speaks.</summary>
internal sealed class PlainProgress(TextWriter writer) : IBuildProgress
{
    private static readonly TimeSpan TransferInterval = TimeSpan.FromSeconds(1);
    private readonly Dictionary<StepKey, Step> _steps = [];
    private readonly Dictionary<string, DateTimeOffset> _transfers = new(StringComparer.Ordinal);
    private Step? _speaking;
    private Step? _openTask;
    private bool _started;

    /// <inheritdoc/>
    public void Handle(BuildEvent buildEvent)
    {
        switch (buildEvent)
        {
            case VertexStarted { Vertex: var vertex } started when StepKey.IsShown(vertex):
                Speak(Of(vertex, started.At));
                break;
            case VertexCached { Vertex: var vertex } cached when StepKey.IsShown(vertex):
                End(Of(vertex, cached.At), "CACHED");
                break;
            case VertexMissed { Vertex: var vertex } missed:
                Line(Of(vertex, missed.At), $"not cached: {missed.Reason}");
                break;
            case VertexCompleted { Vertex: var vertex } completed when StepKey.IsShown(vertex):
                EndDone(Of(vertex, completed.At), completed.At);
                break;
            case VertexFailed { Vertex: var vertex } failed when StepKey.IsShown(vertex):
                End(Of(vertex, failed.At), failed.Canceled ? "CANCELED" : "ERROR: " + failed.Reason);
                break;
            case VertexOutput output:
                Step step = Of(output.Vertex, output.At);
                Line(step, $"{(output.At - step.StartedAt).TotalSeconds:F3} {output.Line}");
                break;
            case TaskEvent task:
                HandleTask(task);
                break;
            case TransferProgress transfer:
                HandleTransfer(transfer);
                break;
            case BuildWarning warning:
                Leave();
                writer.Write($"WARNING: {warning.Message}\n");
                break;
        }
    }

    /// <inheritdoc/>
    public void Finish() => writer.Flush();

    /// <inheritdoc/>
    public void Dispose() => writer.Flush();

    private void HandleTask(TaskEvent task)
    {
        bool isNew = !_steps.ContainsKey(StepKey.Of(task));
        Step step = Of(StepKey.Of(task), task.Name, task.At);
        if (isNew) Speak(step);
        if (task.Detail is not null) Line(step, task.Detail);
        if (task.Done)
        {
            EndDone(step, task.At);
            // A task of the same name may come again (another image, another export).
            _steps.Remove(StepKey.Of(task));
            if (_openTask == step) _openTask = null;
        }
        else
        {
            _openTask = step;
        }
    }

    private void HandleTransfer(TransferProgress transfer)
    {
        bool complete = transfer.Total == transfer.Current;
        if (!complete && _transfers.TryGetValue(transfer.Subject, out DateTimeOffset last) && transfer.At - last < TransferInterval) return;
        _transfers[transfer.Subject] = transfer.At;
        Step step = transfer.Vertex is { } vertex ? Of(vertex, transfer.At)
            : _openTask ?? Of(new StepKey(null, transfer.Subject), transfer.Subject, transfer.At);
        string total = transfer.Total is { } bytes ? " / " + HumanSize.Format(bytes) : "";
        Line(step, $"{transfer.Subject} {HumanSize.Format(transfer.Current)}{total}{(complete ? " done" : "")}");
    }

    private Step Of(Vertex vertex, DateTimeOffset at) => Of(StepKey.Of(vertex), vertex.Origin.Label, at);

    private Step Of(StepKey key, string label, DateTimeOffset at)
    {
        if (_steps.TryGetValue(key, out Step? step)) return step;
        step = new Step(_count += 1, label, at);
        _steps.Add(key, step);
        return step;
    }

    private int _count;

    private void EndDone(Step step, DateTimeOffset at) => End(step, $"DONE {Elapsed.Format(at - step.StartedAt)}");

    private void End(Step step, string verdict)
    {
        Line(step, verdict);
        step.Ended = true;
        _speaking = null;
    }

    private void Line(Step step, string text)
    {
        Speak(step);
        writer.Write($"#{step.Number} {text}\n");
    }

    private void Speak(Step step)
    {
        if (_speaking == step) return;
        Leave();
        if (_started) writer.Write('\n');
        _started = true;
        _speaking = step;
        writer.Write($"#{step.Number} {step.Label}\n");
    }

    // A step that is interrupted shows that it isn't over.
    private void Leave()
    {
        if (_speaking is { Ended: false } step) writer.Write($"#{step.Number} ...\n");
        _speaking = null;
    }

    private sealed class Step(int number, string label, DateTimeOffset startedAt)
    {
        public int Number { get; } = number;

        public string Label { get; } = label;

        public DateTimeOffset StartedAt { get; } = startedAt;

        public bool Ended { get; set; }
    }
}
