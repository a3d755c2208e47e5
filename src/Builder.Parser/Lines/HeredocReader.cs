using System.Text;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Lines;

/// <summary>Reads the bodies of here-documents from the lines below their instruction.</summary>
internal sealed class HeredocReader(SourceText source, LineCursor cursor, DiagnosticBag diagnostics)
{
    private readonly string _text = source.Text;

    /// <summary>Behind the last terminator read.</summary>
    public int End { get; private set; }

    /// <summary>The bodies in the order of their openers; null when one isn't terminated, which uses up the file.</summary>
    public IReadOnlyList<Heredoc>? Read(LogicalLine line, IReadOnlyList<HeredocOpener> openers)
    {
        var heredocs = new List<Heredoc>();
        foreach (HeredocOpener opener in openers)
        {
            SourceSpan span = line.SpanOf(opener.Source.Start, opener.Source.End);
            SourceSpan? body = FindBody(opener, out string? nearMiss);
            if (body is null)
            {
                diagnostics.Error(
                    DiagnosticCodes.UnterminatedHeredoc,
                    $"the here-document '{opener.Name}' is never terminated",
                    span,
                    nearMiss ?? $"end it with a line that is exactly '{opener.Name}'");
                return null;
            }

            string content = source.TextOf(body.Value);
            if (opener.StripTabs) content = StripTabs(content);
            heredocs.Add(new Heredoc(opener.Name, content, !opener.Quoted, opener.StripTabs, opener.FileDescriptor, span, body.Value));
        }

        return heredocs;
    }

    private SourceSpan? FindBody(HeredocOpener opener, out string? nearMiss)
    {
        nearMiss = null;
        int start = -1;
        while (cursor.TryRead(out PhysicalLine line))
        {
            if (start < 0) start = line.Start;
            ReadOnlySpan<char> text = _text.AsSpan(line.Start, line.End - line.Start);
            if (opener.StripTabs) text = text.TrimStart('\t');
            if (text.SequenceEqual(opener.Name))
            {
                End = line.End;
                return SourceSpan.FromBounds(start, line.Start);
            }

            if (nearMiss is null && text.Trim().SequenceEqual(opener.Name))
            {
                int number = source.PositionOf(line.Start).Line;
                nearMiss = $"line {number} has blanks around '{opener.Name}'; only <<- allows them, and only tabs before it";
            }
        }

        return null;
    }

    private static string StripTabs(string content)
    {
        var stripped = new StringBuilder(content.Length);
        foreach (ReadOnlySpan<char> line in new LineSplitter(content)) stripped.Append(line.TrimStart('\t'));
        return stripped.ToString();
    }

    /// <summary>Enumerates lines with their line breaks.</summary>
    private ref struct LineSplitter(string content)
    {
        private readonly string _content = content;
        private int _start;
        private int _end;

        public readonly ReadOnlySpan<char> Current => _content.AsSpan(_start, _end - _start);

        public readonly LineSplitter GetEnumerator() => this;

        public bool MoveNext()
        {
            _start = _end;
            if (_start == _content.Length) return false;
            int newline = _content.IndexOf('\n', _start);
            _end = newline < 0 ? _content.Length : newline + 1;
            return true;
        }
    }
}
