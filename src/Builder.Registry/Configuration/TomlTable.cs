namespace Builder.Registry.Configuration;

/// <summary>A table of a TOML document: texts, truth values, numbers, lists, tables.</summary>
internal sealed class TomlTable : Dictionary<string, object>
{
    internal TomlTable()
        : base(StringComparer.Ordinal)
    {
    }

    internal string? Text(string name) => this.GetValueOrDefault(name) as string;

    internal bool IsSet(string name) => this.GetValueOrDefault(name) is true;

    internal IEnumerable<string> Texts(string name) => (this.GetValueOrDefault(name) as List<object> ?? []).OfType<string>();

    internal IEnumerable<TomlTable> Tables(string name) => (this.GetValueOrDefault(name) as List<object> ?? []).OfType<TomlTable>();

    internal TomlTable? Table(string name) => this.GetValueOrDefault(name) as TomlTable;

    /// <summary>The table at a path, made when it isn't there; of an array of tables, the last.</summary>
    internal TomlTable Descend(IReadOnlyList<string> path)
    {
        TomlTable at = this;
        foreach (string key in path)
        {
            if (!at.TryGetValue(key, out object? next)) at[key] = next = new TomlTable();
            at = next as TomlTable ?? (next as List<object>)?.LastOrDefault() as TomlTable ?? throw new FormatException($"'{key}' is given twice, as two different things");
        }

        return at;
    }

    /// <summary>A new table at the end of an array of tables.</summary>
    internal TomlTable Append(IReadOnlyList<string> path)
    {
        TomlTable parent = Descend([.. path.SkipLast(1)]);
        if (!parent.TryGetValue(path[^1], out object? list)) parent[path[^1]] = list = new List<object>();
        var table = new TomlTable();
        (list as List<object> ?? throw new FormatException($"'{path[^1]}' is given twice, as two different things")).Add(table);
        return table;
    }
}
