using System.Text;

namespace Builder.Executor.Running;

/// <summary>Cuts what a command writes into lines. Holds at most one unfinished line per stream and the last lines of all.</summary>
/// <param name="onLine">Called with stream and line, one call at a time.</param>
internal sealed class OutputLines(Action<int, string> onLine)
{
    private const int LongestLine = 16 << 10;
    private const int KeptLines = 50;

    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();
    private readonly List<byte>[] _unfinished = [[], []];

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
            for (int i = 0; i < _unfinished.Length; i++)
            {
                if (_unfinished[i].Count > 0) Emit(i + 1, _unfinished[i]);
            }
        }
    }

    private void Emit(int stream, List<byte> bytes)
    {
        string line = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
        bytes.Clear();
        if (_last.Count == KeptLines) _last.Dequeue();
        _last.Enqueue(line);
        onLine(stream, line);
    }
}
