using Builder.Oci.Collections;

namespace Builder.Graph.Lowering.Stages;

/// <summary>The variables in force at a line, ENV and ARG alike, in the order they were last set.</summary>
internal sealed class EnvironmentList
{
    // Of a table's row, beside its texts.
    private const long EntryCost = 32;

    // Each value with its turn: a name that is set again takes a later one, and nothing else has to move.
    private readonly Dictionary<string, (string Value, long Turn)> _values;
    private long _turn;
    private EquatableArray<string>? _pairs;

    public EnvironmentList() => _values = new(StringComparer.Ordinal);

    private EnvironmentList(EnvironmentList other)
    {
        _values = new(other._values, StringComparer.Ordinal);
        (_turn, _pairs, Size) = (other._turn, other._pairs, other.Size);
    }

    /// <summary>All names that have a value, the one set last first.</summary>
    public IEnumerable<string> LatestNames => _values.OrderByDescending(pair => pair.Value.Turn).Select(pair => pair.Key);

    /// <summary>Characters of all names and values: what it costs to hand it to a command.</summary>
    public long Size { get; private set; }

    /// <summary>What a copy costs, in characters.</summary>
    public long CopySize => Size + (_values.Count * EntryCost);

    /// <summary>As <c>NAME=value</c>.</summary>
    public EquatableArray<string> Pairs =>
        _pairs ??= new([.. _values.OrderBy(pair => pair.Value.Turn).Select(pair => $"{pair.Key}={pair.Value.Value}")]);

    /// <summary>The value of a variable, or null.</summary>
    public string? Find(string name) => _values.TryGetValue(name, out (string Value, long Turn) found) ? found.Value : null;

    /// <summary>Sets a variable; one that had a value moves to the end.</summary>
    public void Set(string name, string value)
    {
        Remove(name);
        _values.Add(name, (value, _turn++));
        Size += name.Length + value.Length;
        _pairs = null;
    }

    /// <summary>Forgets a variable.</summary>
    public void Remove(string name)
    {
        if (!_values.Remove(name, out (string Value, long Turn) old)) return;
        Size -= name.Length + old.Value.Length;
        _pairs = null;
    }

    /// <summary>An independent copy.</summary>
    public EnvironmentList Copy() => new(this);
}
