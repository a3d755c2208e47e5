namespace Builder.Parser.Grammars;

/// <summary>A half-open range of the text being parsed.</summary>
internal readonly record struct Slice(string Text, int Start, int End)
{
    public int Length => End - Start;

    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    public override string ToString() => Text[Start..End];
}
