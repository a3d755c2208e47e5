using System.Text;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Parser.Lines;

/// <summary>Joins continued lines, drops comments and blank lines.</summary>
internal sealed class LogicalLineReader(SourceText source, LineCursor cursor, char escape, DiagnosticBag diagnostics)
{
    private readonly string _text = source.Text;
    private readonly List<string> _comments = [];
    private readonly StringBuilder _joined = new();
    private readonly List<int> _textStarts = [];
    private readonly List<int> _sourceStarts = [];

    /// <summary>The next instruction, or null at the end of the file. One with a too long line is left out.</summary>
    public LogicalLine? Read()
    {
        _comments.Clear();
        cursor.SawTooLongLine = false;
        while (!diagnostics.IsFull && cursor.TryRead(out PhysicalLine line))
        {
            int start = SkipWhiteSpace(line.Start, line.End);
            if (start == line.End)
            {
                _comments.Clear();
            }
            else if (_text[start] == '#')
            {
                AddComment(start, line.End);
            }
            else if (ReadInstruction(line with { Start = start }) is { } instruction)
            {
                if (!cursor.SawTooLongLine) return instruction;
                _comments.Clear();
            }

            cursor.SawTooLongLine = false;
        }

        return null;
    }

    private LogicalLine? ReadInstruction(PhysicalLine first)
    {
        int end = FindContinuation(first.Start, first.End);
        if (end < 0) return Finish(_text[first.Start..first.End], [0], [first.Start]);

        _joined.Clear();
        _textStarts.Clear();
        _sourceStarts.Clear();
        AddPiece(first.Start, end);
        SourceSpan? emptyLine = null;
        while (cursor.TryRead(out PhysicalLine line))
        {
            int start = SkipWhiteSpace(line.Start, line.End);
            if (start == line.End)
            {
                emptyLine ??= SourceSpan.FromBounds(line.Start, line.End);
                continue;
            }

            if (_text[start] == '#') continue;
            end = FindContinuation(line.Start, line.End);
            AddPiece(line.Start, end < 0 ? line.End : end);
            if (end < 0) break;
        }

        if (emptyLine is { } span)
        {
            diagnostics.Warning(
                DiagnosticCodes.EmptyContinuation,
                "empty line inside a continued instruction",
                span,
                "remove the line, or turn it into a comment");
        }

        return Finish(_joined.ToString(), [.. _textStarts], [.. _sourceStarts]);
    }

    /// <summary>Null for continuations of nothing.</summary>
    private LogicalLine? Finish(string text, int[] textStarts, int[] sourceStarts)
    {
        string trimmed = text.TrimEnd();
        int blanks = 0;
        while (blanks < trimmed.Length && char.IsWhiteSpace(trimmed[blanks])) blanks++;
        if (blanks == trimmed.Length) return null;
        if (blanks > 0)
        {
            // The first piece was an escape character alone: the instruction begins on a later line.
            trimmed = trimmed[blanks..];
            for (int i = 0; i < textStarts.Length; i++) textStarts[i] -= blanks;
            int first = Array.FindLastIndex(textStarts, start => start <= 0);
            sourceStarts[first] -= textStarts[first];
            textStarts[first] = 0;
            textStarts = textStarts[first..];
            sourceStarts = sourceStarts[first..];
        }

        return new LogicalLine(trimmed, textStarts, sourceStarts) { Comments = [.. _comments] };
    }

    private void AddPiece(int start, int end)
    {
        if (start == end) return;
        _textStarts.Add(_joined.Length);
        _sourceStarts.Add(start);
        _joined.Append(_text, start, end - start);
    }

    private void AddComment(int hash, int end)
    {
        string comment = _text[(hash + 1)..end].Trim();
        if (comment.Length == 0) _comments.Clear();
        else _comments.Add(comment);
    }

    /// <summary>Where a line's text ends when it is continued; -1 when it isn't. A doubled escape character continues nothing.</summary>
    private int FindContinuation(int start, int end)
    {
        int last = end - 1;
        while (last >= start && _text[last] is ' ' or '\t') last--;
        if (last < start || _text[last] != escape) return -1;
        return last > start && _text[last - 1] == escape ? -1 : last;
    }

    private int SkipWhiteSpace(int at, int end)
    {
        while (at < end && char.IsWhiteSpace(_text[at])) at++;
        return at;
    }
}
