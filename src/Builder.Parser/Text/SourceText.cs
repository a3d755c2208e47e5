using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Builder.Parser.Text;

/// <summary>The text of one Dockerfile with its lines. Offsets are those of the text as given; a byte order mark is skipped, not removed.</summary>
public sealed class SourceText
{
    private readonly int[] _lineStarts;

    /// <summary>Takes a text as it is.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="fileName">How messages name it.</param>
    public SourceText(string text, string fileName)
    {
        Text = text;
        FileName = fileName;
        var starts = new List<int> { 0 };
        for (int i = text.IndexOf('\n', StringComparison.Ordinal); i >= 0; i = text.IndexOf('\n', i + 1)) starts.Add(i + 1);
        _lineStarts = [.. starts];
    }

    /// <summary>Reads a file's bytes. What isn't UTF-8 is remembered and becomes a diagnostic of parsing, with its place.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="fileName">How messages name it.</param>
    public static SourceText FromUtf8(ReadOnlySpan<byte> content, string fileName)
    {
        int valid = FindInvalid(content);
        if (valid < 0) return new SourceText(Encoding.UTF8.GetString(content), fileName);
        int start = Encoding.UTF8.GetCharCount(content[..valid]);
        return new SourceText(Encoding.UTF8.GetString(content), fileName) { InvalidUtf8 = (start, content[valid]) };
    }

    private static int FindInvalid(ReadOnlySpan<byte> content)
    {
        if (Utf8.IsValid(content)) return -1;
        int at = 0;
        while (Rune.DecodeFromUtf8(content[at..], out _, out int length) == OperationStatus.Done) at += length;
        return at;
    }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>Where the bytes this text was read from first were no UTF-8; parsing reports it. Null when they were.</summary>
    internal (int Start, byte Byte)? InvalidUtf8 { get; private init; }

    /// <summary>How messages name the file.</summary>
    public string FileName { get; }

    /// <summary>Number of lines, at least 1.</summary>
    public int LineCount => _lineStarts.Length;

    /// <summary>Line and column of an offset.</summary>
    public LinePosition PositionOf(int offset)
    {
        int index = Array.BinarySearch(_lineStarts, offset);
        if (index < 0) index = ~index - 1;
        return new LinePosition(index + 1, offset - _lineStarts[index] + 1);
    }

    /// <summary>The text of a line without its line break.</summary>
    /// <param name="line">Line number, from 1.</param>
    public string LineText(int line)
    {
        int start = _lineStarts[line - 1];
        int end = line < _lineStarts.Length ? _lineStarts[line] - 1 : Text.Length;
        return Text[start..end].TrimEnd('\r');
    }

    /// <summary>The characters of a span.</summary>
    public string TextOf(SourceSpan span) => Text.Substring(span.Start, span.Length);
}
