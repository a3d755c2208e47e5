using System.Buffers.Binary;
using Builder.Oci.Streams;

namespace Builder.Executor.Attestations.Packages.Rpm;

/// <summary>What a row of a table holds: a header that tells types, then the values. It begins in a leaf and goes on in a chain of pages.</summary>
internal sealed class SqlitePayload : ForwardStream
{
    private const int MostColumns = 64, ChainPointer = 4;
    private readonly SqlitePages _pages;
    private byte[] _page;
    private int _at;
    private int _end;
    private long _rest;
    private uint _next;

    /// <summary>A cell of a leaf.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public SqlitePayload(SqlitePages pages, byte[] leaf, int cell)
    {
        (_pages, _page, _at, _end) = (pages, leaf, cell, pages.Usable);
        long size = ReadVarint();
        ReadVarint(); // the row's id
        int local = LocalSize(size);
        if (size < 0 || _at + local + (size > local ? ChainPointer : 0) > _end) throw SqlitePages.Malformed("a row lies outside of its page");
        _rest = size - local;
        _end = _at + local;
        if (_rest > 0) _next = BinaryPrimitives.ReadUInt32BigEndian(leaf.AsSpan(_end));
    }

    /// <summary>How many bytes a value of a type has.</summary>
    public static long SizeOf(long type) => type switch
    {
        >= 12 => (type - 12) / 2,
        >= 0 and <= 4 => type,
        5 => 6,
        6 or 7 => 8,
        8 or 9 => 0,
        _ => throw SqlitePages.Malformed("a row has a value of no type"),
    };

    /// <summary>The types of the values, which follow.</summary>
    public long[] ReadHeader()
    {
        // The header of these tables always lies in the leaf, before anything was read.
        int start = _at;
        long size = ReadVarint();
        if (size < 0 || size > _end - start) throw SqlitePages.Malformed("a row's header lies outside of it");
        var types = new List<long>();
        while (_at < start + size)
        {
            if (types.Count == MostColumns) throw SqlitePages.Malformed("a row has too many values");
            types.Add(ReadVarint());
        }

        return [.. types];
    }

    /// <summary>A whole number.</summary>
    public long ReadInteger(long type)
    {
        if (type is 8 or 9) return type - 8;
        if (type is < 1 or > 6) throw SqlitePages.Malformed("a value is no whole number");
        Span<byte> bytes = stackalloc byte[(int)SizeOf(type)];
        this.ReadExactly(bytes);
        long value = (sbyte)bytes[0];
        foreach (byte each in bytes[1..]) value = (value << 8) | each;
        return value;
    }

    /// <summary>Passes over bytes.</summary>
    public void Skip(long count)
    {
        Span<byte> dropped = stackalloc byte[512];
        while (count > 0)
        {
            int read = Read(dropped[..(int)Math.Min(count, dropped.Length)]);
            if (read == 0) throw SqlitePages.Malformed("a row ends too early");
            count -= read;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_at == _end && _rest > 0)
        {
            _page = _pages.Read(_next);
            _next = BinaryPrimitives.ReadUInt32BigEndian(_page);
            _at = ChainPointer;
            _end = ChainPointer + (int)Math.Min(_rest, _pages.Usable - ChainPointer);
            _rest -= _end - _at;
        }

        int count = Math.Min(buffer.Length, _end - _at);
        _page.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    // How much of a row stays in its leaf (section 1.6).
    private int LocalSize(long size)
    {
        int most = _pages.Usable - 35;
        if (size <= most) return (int)Math.Max(size, 0);
        int least = ((_pages.Usable - 12) * 32 / 255) - 23;
        long wanted = least + ((size - least) % (_pages.Usable - ChainPointer));
        return (int)(wanted <= most ? wanted : least);
    }

    private long ReadVarint()
    {
        long value = 0;
        for (int i = 0; i < 9; i++)
        {
            if (_at >= _end) throw SqlitePages.Malformed("a number lies outside of its page");
            byte each = _page[_at++];
            if (i == 8) return (value << 8) | each;
            value = (value << 7) | (long)(each & 0x7f);
            if (each < 0x80) return value;
        }

        return value;
    }
}
