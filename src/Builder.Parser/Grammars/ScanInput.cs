using Sprache;

namespace Builder.Parser.Grammars;

/// <summary>Input that can move over a run of characters at once, so that a long run costs one step and no stack.</summary>
internal sealed class ScanInput(string source, int position) : IInput
{
    private Dictionary<object, object>? _memos;

    public string Source => source;

    public int Position => position;

    public char Current => source[position];

    public bool AtEnd => position == source.Length;

    public int Line => 1;

    public int Column => position + 1;

    public IDictionary<object, object> Memos => _memos ??= [];

    public IInput Advance() => MoveTo(position + 1);

    public ScanInput MoveTo(int target) => target == position ? this : new ScanInput(source, target);

    public bool Equals(IInput? other) => other is not null && other.Position == position && ReferenceEquals(other.Source, source);

    public override bool Equals(object? obj) => obj is IInput other && Equals(other);

    public override int GetHashCode() => position;
}
