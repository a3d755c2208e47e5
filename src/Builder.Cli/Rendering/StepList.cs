using Builder.Cli.Formatting;
using Builder.Executor.Events;
using Builder.Graph;

namespace Builder.Cli.Rendering;

/// <summary>The steps of a build as a list that can be drawn at any moment. Pure: no terminal, no clock.</summary>
internal sealed class StepList(DateTimeOffset startedAt, bool colors)
{
    private const int LogLines = 6;
    private const string Blue = "\e[34m";
    private const string Red = "\e[31m";
    private const string Faint = "\e[2m";
    private const string Reset = "\e[0m";
    private readonly List<Step> _steps = [];
    private readonly Dictionary<StepKey, Step> _byKey = [];
    private readonly List<string> _warnings = [];
    private Step? _openTask;

    private enum State
    {
        Running,
        Done,
        Cached,
        Failed,
        Canceled,
    }

    /// <summary>Takes an event.</summary>
    public void Handle(BuildEvent buildEvent)
    {
        switch (buildEvent)
        {
            case VertexStarted { Vertex: var vertex } when StepKey.IsShown(vertex):
                Of(vertex, buildEvent.At);
                break;
            case VertexCached { Vertex: var vertex } when StepKey.IsShown(vertex):
                Of(vertex, buildEvent.At).End(State.Cached, buildEvent.At);
                break;
            case VertexCompleted { Vertex: var vertex } when StepKey.IsShown(vertex):
                Of(vertex, buildEvent.At).End(State.Done, buildEvent.At);
                break;
            case VertexFailed { Vertex: var vertex } failed when StepKey.IsShown(vertex):
                Of(vertex, failed.At).End(failed.Canceled ? State.Canceled : State.Failed, failed.At);
                break;
            case VertexOutput output:
                Of(output.Vertex, output.At).Log(output.Line);
                break;
            case TaskEvent task:
                HandleTask(task);
                break;
            case TransferProgress transfer:
                Step? step = transfer.Vertex is { } owner ? Of(owner, transfer.At) : _openTask;
                step?.Transfer(transfer);
                break;
            case BuildWarning warning:
                _warnings.Add(warning.Message);
                break;
        }
    }

    /// <summary>The list with at most so many lines: what is over goes first.</summary>
    /// <param name="now">For elapsed times.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Lines; the headline is always there.</param>
    public IReadOnlyList<string> Frame(DateTimeOffset now, int width, int height)
    {
        int over = _steps.Count(s => s.State is not State.Running);
        bool failed = _steps.Any(s => s.State is State.Failed);
        string verdict = over < _steps.Count || over == 0 ? "" : failed ? " FAILED" : " FINISHED";
        var lines = new List<string> { $"[+] Building {Elapsed.Format(now - startedAt)} ({over}/{_steps.Count}){verdict}" };
        List<string>[] blocks = [.. _steps.Select(s => Block(s, now, width))];
        int room = height - 1;
        int total = blocks.Sum(b => b.Count);
        // Finished steps make room for running ones, the oldest first.
        for (int i = 0; i < blocks.Length && total > room; i++)
        {
            if (_steps[i].State is State.Running or State.Failed) continue;
            total -= blocks[i].Count;
            blocks[i] = [];
        }

        lines.AddRange(blocks.SelectMany(b => b).TakeLast(Math.Max(0, room)));
        return lines;
    }

    /// <summary>Everything, for the end.</summary>
    public IReadOnlyList<string> FinalFrame(DateTimeOffset now, int width) =>
        [.. Frame(now, width, int.MaxValue), .. _warnings.Select(w => Paint($"WARNING: {w}", Faint))];

    private List<string> Block(Step step, DateTimeOffset now, int width)
    {
        string time = Elapsed.Format((step.EndedAt ?? now) - step.StartedAt);
        string prefix = step.State switch
        {
            State.Cached => " => CACHED ",
            State.Failed => " => ERROR ",
            State.Canceled => " => CANCELED ",
            _ => " => ",
        };
        int room = Math.Max(0, width - time.Length - 1);
        string text = DisplayText.Fit(prefix + step.Label, room);
        string line = text + new string(' ', Math.Max(0, room - DisplayText.WidthOf(text))) + " " + time;
        var lines = new List<string>
        {
            step.State switch
            {
                State.Done or State.Cached => Paint(line, Blue),
                State.Failed => Paint(line, Red),
                State.Canceled => Paint(line, Faint),
                _ => line,
            },
        };
        if (step.State is not State.Running) return lines;
        lines.AddRange(step.Transfers.Select(t => DisplayText.Fit($" => => {t}", width)));
        lines.AddRange(step.Tail.Select(l => Paint(DisplayText.Fit($" => => # {l}", width), Faint)));
        return lines;
    }

    private string Paint(string text, string color) => colors ? color + text + Reset : text;

    private void HandleTask(TaskEvent task)
    {
        Step step = Of(StepKey.Of(task), task.Name, task.At);
        if (task.Detail is not null && !task.Done) step.Log(task.Detail);
        if (!task.Done)
        {
            _openTask = step;
            return;
        }

        step.End(State.Done, task.At);
        _byKey.Remove(StepKey.Of(task));
        if (_openTask == step) _openTask = null;
    }

    private Step Of(Vertex vertex, DateTimeOffset at) => Of(StepKey.Of(vertex), vertex.Origin.Label, at);

    private Step Of(StepKey key, string label, DateTimeOffset at)
    {
        if (_byKey.TryGetValue(key, out Step? step)) return step;
        step = new Step(label, at);
        _steps.Add(step);
        _byKey.Add(key, step);
        return step;
    }

    private sealed class Step(string label, DateTimeOffset startedAt)
    {
        private readonly Queue<string> _tail = new();
        private readonly Dictionary<string, string> _transfers = new(StringComparer.Ordinal);

        public string Label { get; } = label;

        public DateTimeOffset StartedAt { get; } = startedAt;

        public DateTimeOffset? EndedAt { get; private set; }

        public State State { get; private set; }

        public IEnumerable<string> Tail => _tail;

        public IEnumerable<string> Transfers => _transfers.Values;

        public void End(State state, DateTimeOffset at) => (State, EndedAt) = (state, at);

        public void Log(string line)
        {
            if (_tail.Count == LogLines) _tail.Dequeue();
            _tail.Enqueue(line);
        }

        public void Transfer(TransferProgress transfer)
        {
            if (transfer.Current == transfer.Total)
            {
                _transfers.Remove(transfer.Subject);
                return;
            }

            string total = transfer.Total is { } bytes ? " / " + HumanSize.Format(bytes) : "";
            _transfers[transfer.Subject] = $"{transfer.Subject} {HumanSize.Format(transfer.Current)}{total}";
        }
    }
}
