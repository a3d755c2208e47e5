using System.Text;
using Builder.Cli.Terminals;
using Builder.Executor.Events;

namespace Builder.Cli.Rendering;

/// <summary>Progress as a list that is redrawn in place.</summary>
internal sealed class TtyProgress : IBuildProgress
{
    private const string HideCursor = "\e[?25l";
    private const string ShowCursor = "\e[?25h";
    private const string EraseBelow = "\e[0J";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly Lock _lock = new();
    private readonly Terminal _terminal;
    private readonly TimeProvider _time;
    private readonly StepList _steps;
    private readonly ITimer _timer;
    private int _drawnLines;
    private bool _finished;

    /// <summary>Begins drawing.</summary>
    public TtyProgress(Terminal terminal, TimeProvider time, bool colors)
    {
        (_terminal, _time) = (terminal, time);
        _steps = new StepList(time.GetUtcNow(), colors);
        _terminal.Error.Write(HideCursor);
        _timer = time.CreateTimer(static state => ((TtyProgress)state!).Draw(), this, Interval, Interval);
    }

    /// <inheritdoc/>
    public void Handle(BuildEvent buildEvent)
    {
        lock (_lock) _steps.Handle(buildEvent);
    }

    /// <inheritdoc/>
    public void Finish()
    {
        _timer.Dispose();
        lock (_lock)
        {
            if (_finished) return;
            _finished = true;
            Write(_steps.FinalFrame(_time.GetUtcNow(), _terminal.Size.Width));
            _terminal.Error.Write(ShowCursor);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Finish();

    private void Draw()
    {
        lock (_lock)
        {
            if (_finished) return;
            (int width, int height) = _terminal.Size;
            Write(_steps.Frame(_time.GetUtcNow(), width, height - 1));
        }
    }

    // One write per frame, so that the terminal never shows half of one.
    private void Write(IReadOnlyList<string> lines)
    {
        var frame = new StringBuilder();
        if (_drawnLines > 0) frame.Append("\e[").Append(_drawnLines).Append("A\r");
        frame.Append(EraseBelow);
        foreach (string line in lines) frame.Append(line).Append('\n');
        _terminal.Error.Write(frame.ToString());
        _drawnLines = lines.Count;
    }
}
