using System.Text;
using Builder.Cli.Formatting;
using Builder.Cli.Rendering;
using Builder.Cli.Terminals;

namespace Builder.Cli.Transfers;

/// <summary>A line per layer, redrawn in place.</summary>
internal sealed class TtyTransfers : TransferReporting
{
    private const int BarWidth = 50;
    private const int NarrowBarWidth = 20;
    private const int ColumnsForWideBar = 110;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Terminal _terminal;
    private readonly List<string> _order = [];
    private readonly Dictionary<string, LayerLine> _layers = new(StringComparer.Ordinal);
    private readonly ITimer _timer;
    private int _drawn;

    /// <summary>Begins drawing.</summary>
    public TtyTransfers(Terminal terminal, TimeProvider time)
    {
        _terminal = terminal;
        _timer = time.CreateTimer(static state => ((TtyTransfers)state!).Draw(), this, Interval, Interval);
    }

    /// <inheritdoc/>
    public override void Line(string text)
    {
        lock (Gate)
        {
            DrawLayers(all: true);
            _layers.Clear();
            _order.Clear();
            _drawn = 0;
            _terminal.Out.Write(text + "\n");
            _terminal.Out.Flush();
        }
    }

    /// <inheritdoc/>
    public override void Layer(string layer, string state)
    {
        lock (Gate) Set(layer, new LayerLine(state, 0, 0));
    }

    /// <inheritdoc/>
    public override void Progress(string layer, string action, long current, long total)
    {
        lock (Gate) Set(layer, new LayerLine(action, current, total));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _timer.Dispose();
        lock (Gate) DrawLayers(all: true);
        base.Dispose();
    }

    private void Set(string layer, LayerLine line)
    {
        if (!_layers.ContainsKey(layer)) _order.Add(layer);
        _layers[layer] = line;
    }

    private void Draw()
    {
        lock (Gate) DrawLayers(all: false);
    }

    // One write per frame, so that the terminal never shows half of one. While it goes on, the frame has to fit the screen.
    private void DrawLayers(bool all)
    {
        if (_order.Count == 0) return;
        (int width, int height) = _terminal.Size;
        IEnumerable<string> shown = all ? _order : _order.TakeLast(Math.Max(height - 2, 1));
        var frame = new StringBuilder();
        if (_drawn > 0) frame.Append("\e[").Append(_drawn).Append("A\r");
        frame.Append("\e[0J");
        _drawn = 0;
        foreach (string layer in shown)
        {
            frame.Append(DisplayText.Fit($"{layer}: {_layers[layer].Text(width)}", width - 1)).Append('\n');
            _drawn++;
        }

        _terminal.Out.Write(frame.ToString());
        _terminal.Out.Flush();
    }

    private sealed record LayerLine(string State, long Current, long Total)
    {
        internal string Text(int columns)
        {
            if (Total <= 0) return State;
            int bar = columns >= ColumnsForWideBar ? BarWidth : NarrowBarWidth;
            int filled = (int)(Math.Min(Current, Total) * bar / Total);
            string head = filled < bar ? ">" : "";
            return $"{State} [{new string('=', filled)}{head}{new string(' ', Math.Max(bar - filled - head.Length, 0))}] {HumanSize.Format(Current)}/{HumanSize.Format(Total)}";
        }
    }
}
