using System.Text;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Parser.Lines;

/// <summary>Goes through the physical lines of a file.</summary>
internal sealed class LineCursor(SourceText source, DiagnosticBag diagnostics)
{
    /// <summary>Longest line in bytes of UTF-8, as in other engines.</summary>
    internal const int MaxLineBytes = 64 * 1024;

    private readonly string _text = source.Text;
    private int _position = source.Text.StartsWith('\uFEFF') ? 1 : 0;

    /// <summary>Whether a line read since this was last reset is too long; it was reported then.</summary>
    public bool SawTooLongLine { get; set; }

    /// <summary>Reads the next line.</summary>
    public bool TryRead(out PhysicalLine line)
    {
        line = default;
        if (_position >= _text.Length) return false;
        int newline = _text.IndexOf('\n', _position);
        int end = newline < 0 ? _text.Length : newline;
        int next = newline < 0 ? end : end + 1;
        while (end > _position && _text[end - 1] == '\r') end--;
        line = new PhysicalLine(_position, end, next);
        _position = next;
        CheckLength(line);
        return true;
    }

    /// <summary>Goes back to the start of a line just read.</summary>
    public void Return(PhysicalLine line) => _position = line.Start;

    private void CheckLength(PhysicalLine line)
    {
        int length = line.End - line.Start;
        if (length * 3L <= MaxLineBytes) return;
        if (length <= MaxLineBytes && Encoding.UTF8.GetByteCount(_text.AsSpan(line.Start, length)) <= MaxLineBytes) return;
        SawTooLongLine = true;
        diagnostics.Error(
            DiagnosticCodes.LineTooLong,
            $"this line is longer than {MaxLineBytes} bytes",
            SourceSpan.FromBounds(line.Start, line.End),
            "split it with continuations, or COPY the data from a file");
    }
}
