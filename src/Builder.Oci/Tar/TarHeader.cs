namespace Builder.Oci.Tar;

/// <summary>A header block together with what extended headers say over it.</summary>
internal sealed class TarHeader
{
    private readonly byte[] _block;
    private readonly PaxOverrides _local;
    private readonly PaxOverrides _global;
    private readonly bool _isUstar;

    internal TarHeader(byte[] block, PaxOverrides local, PaxOverrides global)
    {
        (_block, _local, _global) = (block, local, global);
        _isUstar = block.AsSpan(TarBlock.Magic).StartsWith(TarBlock.UstarMagic[..6]);
    }

    /// <summary>Bytes of content that follow in the archive.</summary>
    internal long StoredSize { get; private set; }

    internal bool IsGnuSparse => _block[TarBlock.Type] == 'S';

    /// <summary>Sparse format 1.0 keeps its map at the start of the content.</summary>
    internal bool HasMapInContent => Text("GNU.sparse.major") is [(byte)'1'] && Text("GNU.sparse.minor") is null or [(byte)'0'];

    /// <summary>Sparse formats 0.0 and 0.1 keep it in the extended header.</summary>
    internal bool HasMapInHeader => !HasMapInContent && (_local.Find("GNU.sparse.map") is not null || _local.Find("GNU.sparse.numblocks") is not null);

    internal TarEntry Decode()
    {
        byte[] name = DecodeName();
        TarEntryType type = DecodeType(name);
        if (type == TarEntryType.Directory) name = WithoutTrailingSlash(name);
        bool isLink = type is TarEntryType.HardLink or TarEntryType.SymbolicLink;
        bool isDevice = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice;
        StoredSize = type == TarEntryType.File ? Number("size", TarBlock.Length) : 0;
        if (StoredSize < 0) throw Bad(name, "a negative size");
        (long seconds, int nanoseconds) = Text("mtime") is { } time ? PaxRecords.Time(time, "mtime") : (Field(TarBlock.Modified, "time"), 0);
        (long uid, long gid) = (Number("uid", TarBlock.Uid), Number("gid", TarBlock.Gid));
        if (uid < 0 || gid < 0) throw Bad(name, "a negative owner");
        byte[] link = isLink ? Text("linkpath") ?? _local.GnuLinkName ?? TarBlock.Text(_block.AsSpan(TarBlock.LinkName)).ToArray() : [];
        if (isLink && link.Length == 0) throw Bad(name, "a link without a target");
        return new TarEntry
        {
            Type = type,
            Name = name,
            LinkName = link,
            Mode = (int)(Field(TarBlock.Mode, "mode") & 0xfff),
            Uid = uid,
            Gid = gid,
            Size = StoredSize,
            ModifiedSeconds = seconds,
            ModifiedNanoseconds = nanoseconds,
            DeviceMajor = isDevice ? Device(TarBlock.DeviceMajor) : 0,
            DeviceMinor = isDevice ? Device(TarBlock.DeviceMinor) : 0,
            Attributes = _local.AttributesOver(_global),
        };
    }

    /// <summary>The map of an old GNU sparse header; more of it follows in blocks of its own when the second part is true.</summary>
    internal (List<TarExtent> Extents, bool Continues) GnuMap()
    {
        var extents = new List<TarExtent>();
        AddGnuExtents(extents, _block.AsSpan(TarBlock.GnuSparse));
        return (extents, _block[TarBlock.GnuSparseContinues] != 0);
    }

    internal static void AddGnuExtents(List<TarExtent> extents, ReadOnlySpan<byte> pairs)
    {
        for (; pairs.Length >= 24; pairs = pairs[24..])
        {
            if (pairs[0] == 0) return;
            if (!TarBlock.TryNumber(pairs[..12], out long offset) || !TarBlock.TryNumber(pairs[12..24], out long length))
                throw new TarFormatException("the sparse map of a GNU header is malformed");
            extents.Add(new TarExtent(offset, length));
        }
    }

    internal long GnuRealSize() => Field(TarBlock.GnuRealSize, "size");

    /// <summary>The length of a sparse file as its extended header gives it.</summary>
    internal long PaxRealSize()
    {
        byte[] text = Text("GNU.sparse.realsize") ?? Text("GNU.sparse.size") ?? throw new TarFormatException("a sparse file has no size");
        return PaxRecords.Number(text, "GNU.sparse.size");
    }

    internal List<TarExtent> PaxMap()
    {
        if (Text("GNU.sparse.map") is not { } map) return _local.Extents;
        var numbers = new List<long>();
        foreach (Range part in map.AsSpan().Split((byte)',')) numbers.Add(PaxRecords.Number(map.AsSpan(part), "GNU.sparse.map"));
        if (numbers.Count % 2 != 0) throw new TarFormatException("the sparse map of a PAX header has an offset without a length");
        return [.. numbers.Chunk(2).Select(pair => new TarExtent(pair[0], pair[1]))];
    }

    private static TarFormatException Bad(byte[] name, string what) => new($"the entry '{TarEntry.Display(name)}' has {what}");

    private static byte[] WithoutTrailingSlash(byte[] name)
    {
        ReadOnlySpan<byte> trimmed = name.AsSpan().TrimEnd((byte)'/');
        return trimmed.Length == name.Length ? name : trimmed.Length == 0 ? "/"u8.ToArray() : trimmed.ToArray();
    }

    private byte[] DecodeName()
    {
        byte[] name = Text("GNU.sparse.name") ?? Text("path") ?? _local.GnuName ?? FixedName();
        if (name.Length == 0) throw new TarFormatException("an entry has no name");
        return name.AsSpan().Contains((byte)0) ? throw Bad(name, "a NUL in its name") : name;
    }

    private byte[] FixedName()
    {
        ReadOnlySpan<byte> block = _block;
        byte[] name = TarBlock.Text(block[TarBlock.Name]).ToArray();
        if (!_isUstar) return name;

        // The star program of old keeps times at the end of the prefix, and signs the block.
        ReadOnlySpan<byte> prefix = TarBlock.Text(block[508..].SequenceEqual("tar\0"u8) ? block[345..476] : block[TarBlock.Prefix]);
        return prefix.IsEmpty ? name : [.. prefix, (byte)'/', .. name];
    }

    private TarEntryType DecodeType(byte[] name)
    {
        byte flag = _block[TarBlock.Type];
        return flag switch
        {
            // Before ustar a directory was a file whose name ends with a slash.
            (byte)'0' or 0 or (byte)'7' when name[^1] == '/' => TarEntryType.Directory,
            (byte)'0' or 0 or (byte)'7' or (byte)'S' => TarEntryType.File,
            (byte)'1' => TarEntryType.HardLink,
            (byte)'2' => TarEntryType.SymbolicLink,
            (byte)'3' => TarEntryType.CharacterDevice,
            (byte)'4' => TarEntryType.BlockDevice,
            (byte)'5' => TarEntryType.Directory,
            (byte)'6' => TarEntryType.Fifo,
            _ => throw Bad(name, $"the type '{TarEntry.Display([flag])}' ({flag}), which is not supported"),
        };
    }

    private byte[]? Text(string key)
    {
        byte[]? value = _local.Find(key) ?? _global.Find(key);
        return value is { Length: > 0 } ? value : null;
    }

    private long Number(string key, Range field) => Text(key) is { } text ? PaxRecords.Number(text, key) : Field(field, key);

    private long Field(Range field, string what) =>
        TarBlock.TryNumber(_block.AsSpan(field), out long value) ? value : throw new TarFormatException($"a header has a malformed {what}");

    private uint Device(Range field)
    {
        long number = Field(field, "device number");
        return number is >= 0 and <= uint.MaxValue ? (uint)number : throw new TarFormatException("a header has a malformed device number");
    }
}
