using System.Diagnostics;

namespace Builder.Cli.Tracing;

/// <summary>
/// Puts phases into lanes so that those of one lane lie within each other or one after the other, as the format demands of a thread:
/// a phase goes into its parent's lane when there is room, else into the first that is free.
/// </summary>
internal sealed class TraceLanes
{
    private readonly List<Stack<DateTime>> _ends = [];
    private readonly Dictionary<ActivitySpanId, int> _lanes = [];

    /// <summary>The lane of a phase, from 1; to be asked in order of their beginnings, the longer of two first.</summary>
    public int LaneOf(Activity phase)
    {
        DateTime end = phase.StartTimeUtc + phase.Duration;
        int lane = _lanes.TryGetValue(phase.ParentSpanId, out int parent) && Fits(parent, phase.StartTimeUtc, end) ? parent : FirstFree(phase.StartTimeUtc);
        _ends[lane].Push(end);
        _lanes[phase.SpanId] = lane;
        return lane + 1;
    }

    private bool Fits(int lane, DateTime start, DateTime end)
    {
        Stack<DateTime> open = _ends[lane];
        while (open.Count > 0 && open.Peek() <= start) open.Pop();
        return open.Count == 0 || end <= open.Peek();
    }

    private int FirstFree(DateTime start)
    {
        int lane = _ends.FindIndex(open => open.All(end => end <= start));
        if (lane >= 0)
        {
            _ends[lane].Clear();
            return lane;
        }

        _ends.Add(new Stack<DateTime>());
        return _ends.Count - 1;
    }
}
