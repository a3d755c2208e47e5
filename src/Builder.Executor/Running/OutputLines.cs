using System.Text;

namespace Builder.Executor.Running;

/// <summary>
/// Cuts what a command writes into lines. Holds at most one unfinished line per stream and the last lines of all. A command that writes more than
/// <see cref="MostShown"/> is let write on, but of the rest only the end is shown.
/// </summary>
/// <param name="onLine">Called with stream and line, one call at a time.</param>
/// <param name="mask">Takes out of a line what nobody must see; null for nothing.</param>
internal sealed class OutputLines(Action<int, string> onLine, Func<string, string>? mask = null)
{
    internal const int MostShown = 16 << 20;
    private const int LongestLine = 16 << 10;
    private const int KeptLines = 50;

    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();
    private readonly List<byte>[] _unfinished = [[], []];
    private long _shown;
    private long _clipped;

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Last
    {
        get
        {
            lock (_gate) return [.. _last];
        }
    }

    /// <summary>Takes what was written to a stream.</summary>
    /// <param name="stream">1 or 2.</param>
    /// <param name="bytes">Any part of it.</param>
    public void Write(int stream, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            List<byte> unfinished = _unfinished[stream - 1];
            while (!bytes.IsEmpty)
            {
                if (_shown >= MostShown)
                {
                    Clip(stream, unfinished, bytes);
                    return;
                }

                int room = LongestLine - unfinished.Count;
                int newline = bytes.IndexOf((byte)'\n');
                if (newline >= 0 && newline <= room)
                {
                    unfinished.AddRange(bytes[..newline]);
                    bytes = bytes[(newline + 1)..];
                    Emit(stream, unfinished);
                    continue;
                }

                int part = Math.Min(room, bytes.Length);
                unfinished.AddRange(bytes[..part]);
                bytes = bytes[part..];
                if (unfinished.Count == LongestLine) Emit(stream, unfinished);
            }
        }
    }

    /// <summary>Ends lines that had no newline.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            if (_clipped > 0) Show(1, $"[{_clipped - _unfinished.Sum(u => (long)u.Count)} bytes of output are not shown]");
            for (int i = 0; i < _unfinished.Length; i++)
            {
                if (_unfinished[i].Count == 0) continue;
                if (_clipped > 0) EmitEnd(i + 1, _unfinished[i]);
                else Emit(i + 1, _unfinished[i]);
            }
        }
    }

    // Only the last of it is kept.
    private void Clip(int stream, List<byte> end, ReadOnlySpan<byte> bytes)
    {
        if (_clipped == 0) Show(stream, $"[output clipped: it is more than {MostShown >> 20} MiB; the last lines will follow]");
        _clipped += bytes.Length;
        if (bytes.Length > LongestLine) bytes = bytes[^LongestLine..];
        int surplus = end.Count + bytes.Length - LongestLine;
        if (surplus > 0) end.RemoveRange(0, surplus);
        end.AddRange(bytes);
    }

    private void EmitEnd(int stream, List<byte> end)
    {
        string text = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(end));
        end.Clear();
        string[] lines = text.TrimEnd('\n').Split('\n');

        // The first is a part of one.
        foreach (string line in lines.Skip(lines.Length > 1 ? Math.Max(1, lines.Length - KeptLines) : 0)) Show(stream, line);
    }

    private void Emit(int stream, List<byte> bytes)
    {
        string line = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
        _shown += bytes.Count + 1;
        bytes.Clear();
        Show(stream, line);
    }

    private void Show(int stream, string line)
    {
        if (mask is not null) line = mask(line);
        if (_last.Count == KeptLines) _last.Dequeue();
        _last.Enqueue(line);
        onLine(stream, line);
    }
}
