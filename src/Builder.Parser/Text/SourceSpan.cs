namespace Builder.Parser.Text;

/// <summary>A half-open range of UTF-16 offsets in one <see cref="SourceText"/>.</summary>
/// <param name="Start">Offset of the first character.</param>
/// <param name="Length">Number of characters; 0 marks a place between two characters.</param>
public readonly record struct SourceSpan(int Start, int Length)
{
    /// <summary>Offset just behind the last character.</summary>
    public int End => Start + Length;

    /// <summary>The span from one offset up to, not including, another.</summary>
    public static SourceSpan FromBounds(int start, int end) => new(start, end - start);
}
