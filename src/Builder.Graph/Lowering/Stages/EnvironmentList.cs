using Builder.Oci.Collections;

namespace Builder.Graph.Lowering.Stages;

/// <summary>The variables in force at a line, ENV and ARG alike, in the order they were last set.</summary>
internal sealed class EnvironmentList
{
    private readonly OrderedDictionary<string, string> _values;
    private EquatableArray<string>? _pairs;

    public EnvironmentList() => _values = new(StringComparer.Ordinal);

    private EnvironmentList(OrderedDictionary<string, string> values) => _values = values;

    /// <summary>All names that have a value.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Characters of all names and values: what it costs to hand it to a command.</summary>
    public long Size { get; private set; }

    /// <summary>As <c>NAME=value</c>.</summary>
    public EquatableArray<string> Pairs => _pairs ??= new([.. _values.Select(pair => $"{pair.Key}={pair.Value}")]);

    /// <summary>The value of a variable, or null.</summary>
    public string? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>Sets a variable; one that had a value moves to the end.</summary>
    public void Set(string name, string value)
    {
        if (_values.Remove(name, out string? old)) Size -= name.Length + old.Length;
        _values.Add(name, value);
        Size += name.Length + value.Length;
        _pairs = null;
    }

    /// <summary>Forgets a variable.</summary>
    public void Remove(string name)
    {
        if (!_values.Remove(name, out string? old)) return;
        Size -= name.Length + old.Length;
        _pairs = null;
    }

    /// <summary>An independent copy.</summary>
    public EnvironmentList Copy() =>
        new(new OrderedDictionary<string, string>(_values, StringComparer.Ordinal)) { Size = Size, _pairs = _pairs };
}
