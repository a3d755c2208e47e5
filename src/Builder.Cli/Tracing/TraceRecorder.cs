using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Builder.Executor.Tracing;

namespace Builder.Cli.Tracing;

/// <summary>
/// Records the phases of a build and writes them in Chrome's trace format, which chrome://tracing, Perfetto and speedscope show
/// (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU). Memory is bounded: of a build with more phases the first are kept.
/// </summary>
internal sealed class TraceRecorder : IDisposable
{
    private const int MostPhases = 200_000;

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TraceRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Phases.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (_ended.Count < MostPhases) _ended.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What was recorded, in order of the beginnings, the longer of two first.</summary>
    public IReadOnlyList<Activity> Ended() => [.. _ended.OrderBy(a => a.StartTimeUtc).ThenByDescending(a => a.Duration)];

    /// <summary>Writes what was recorded.</summary>
    /// <param name="output">Where to.</param>
    public void Write(Stream output)
    {
        IReadOnlyList<Activity> phases = Ended();
        var lanes = new TraceLanes();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        foreach (Activity phase in phases)
        {
            json.WriteStartObject();
            json.WriteString("name", phase.DisplayName);
            json.WriteString("ph", "X");
            json.WriteNumber("ts", Microseconds(phase.StartTimeUtc - DateTime.UnixEpoch));
            json.WriteNumber("dur", Microseconds(phase.Duration));
            json.WriteNumber("pid", 1);
            json.WriteNumber("tid", lanes.LaneOf(phase));
            json.WriteStartObject("args");
            if (phase.GetTagItem(Phases.SubjectTag) is string subject) json.WriteString("subject", subject);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public void Dispose() => _listener.Dispose();

    private static double Microseconds(TimeSpan time) => Math.Round(time.TotalMicroseconds, 1);
}
