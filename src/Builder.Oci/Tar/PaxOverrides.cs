using System.Text;

namespace Builder.Oci.Tar;

/// <summary>What the extended headers before an entry (or a global header) say in place of the fixed fields.</summary>
internal sealed class PaxOverrides
{
    internal const string SparsePrefix = "GNU.sparse.";

    private static readonly string[] Known = ["path", "linkpath", "size", "uid", "gid", "mtime"];
    private static readonly string[] NotForAll = ["path", "linkpath", "size"];

    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, byte[]> _attributes = new(StringComparer.Ordinal);
    private int _bytes;
    private long? _openOffset;

    /// <summary>A name from a GNU 'L' header.</summary>
    internal byte[]? GnuName { get; set; }

    /// <summary>A link target from a GNU 'K' header.</summary>
    internal byte[]? GnuLinkName { get; set; }

    /// <summary>Extents of the sparse format 0.0, one pair of records each.</summary>
    internal List<TarExtent> Extents { get; } = [];

    internal bool IsEmpty => _bytes == 0;

    /// <summary>Null when there is no such record; empty when a record asks for the fixed field.</summary>
    internal byte[]? Find(string key) => _values.GetValueOrDefault(key);

    internal void Count(int bytes)
    {
        _bytes += bytes;
        if (_bytes > TarBlock.MaxPaxSize) throw new TarFormatException($"the extended headers of one entry are larger than {TarBlock.MaxPaxSize} bytes");
    }

    internal void Add(ReadOnlyMemory<byte> records, bool global)
    {
        while (!records.IsEmpty)
        {
            (ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) = PaxRecords.Next(ref records);
            string name = Encoding.Latin1.GetString(key.Span);
            if (name.StartsWith(PaxRecords.AttributePrefix, StringComparison.Ordinal))
                _attributes[name[PaxRecords.AttributePrefix.Length..]] = value.ToArray();
            else if (name.StartsWith(SparsePrefix, StringComparison.Ordinal) && !global)
                AddSparse(name, value);
            else if (Known.Contains(name, StringComparer.Ordinal))
                AddKnown(name, value, global);
        }
    }

    /// <summary>The attributes of this header over those of a global one, in bytewise order.</summary>
    internal TarAttribute[] AttributesOver(PaxOverrides global)
    {
        if (_attributes.Count == 0 && global._attributes.Count == 0) return [];
        var all = new SortedDictionary<string, byte[]>(global._attributes, StringComparer.Ordinal);
        foreach ((string name, byte[] value) in _attributes) all[name] = value;
        return [.. all.Where(pair => pair.Key.Length > 0).Select(pair => new TarAttribute(Encoding.Latin1.GetBytes(pair.Key), pair.Value))];
    }

    private void AddKnown(string name, ReadOnlyMemory<byte> value, bool global)
    {
        if (global && NotForAll.Contains(name, StringComparer.Ordinal)) throw new TarFormatException($"a global PAX header sets '{name}' for every entry");
        if (value.Span.Contains((byte)0)) throw new TarFormatException($"the PAX record '{name}' has a NUL");
        if (value.Length > TarBlock.MaxNameLength) throw new TarFormatException($"the PAX record '{name}' is longer than {TarBlock.MaxNameLength} bytes");
        _values[name] = value.ToArray();
    }

    private void AddSparse(string name, ReadOnlyMemory<byte> value)
    {
        switch (name)
        {
            case SparsePrefix + "offset" when _openOffset is null:
                _openOffset = PaxRecords.Number(value.Span, name);
                break;
            case SparsePrefix + "numbytes" when _openOffset is { } offset:
                Extents.Add(new TarExtent(offset, PaxRecords.Number(value.Span, name)));
                _openOffset = null;
                break;
            case SparsePrefix + "offset" or SparsePrefix + "numbytes":
                throw new TarFormatException("the sparse map of a PAX header has an offset without a length");
            default:
                _values[name] = value.ToArray();
                break;
        }
    }
}
