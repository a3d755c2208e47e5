using Builder.Parser.Text;

namespace Builder.Parser.Lines;

/// <summary>An instruction with its continuations joined, and where each part of it stands in the source.</summary>
internal sealed class LogicalLine
{
    private readonly int[] _textStarts;
    private readonly int[] _sourceStarts;

    /// <summary>A line made of pieces of the source.</summary>
    /// <param name="text">The joined text without blanks at its ends.</param>
    /// <param name="textStarts">Where each piece begins in the text, ascending, the first at 0.</param>
    /// <param name="sourceStarts">Where each piece begins in the source.</param>
    public LogicalLine(string text, int[] textStarts, int[] sourceStarts)
    {
        Text = text;
        _textStarts = textStarts;
        _sourceStarts = sourceStarts;
    }

    /// <summary>The joined text.</summary>
    public string Text { get; }

    /// <summary>Comment lines directly above.</summary>
    public IReadOnlyList<string> Comments { get; init; } = [];

    /// <summary>The source range of a range of the text, continuations inside it included.</summary>
    public SourceSpan SpanOf(int start, int end)
    {
        if (end > start) return SourceSpan.FromBounds(ToSource(start), ToSource(end - 1) + 1);
        return new SourceSpan(start < Text.Length ? ToSource(start) : EndInSource, 0);
    }

    private int EndInSource => Text.Length == 0 ? _sourceStarts[0] : ToSource(Text.Length - 1) + 1;

    private int ToSource(int offset)
    {
        int piece = Array.BinarySearch(_textStarts, offset);
        if (piece < 0) piece = ~piece - 1;
        return _sourceStarts[piece] + offset - _textStarts[piece];
    }
}
