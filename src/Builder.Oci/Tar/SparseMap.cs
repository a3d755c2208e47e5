namespace Builder.Oci.Tar;

/// <summary>The map of a sparse file in GNU's PAX format 1.0: decimal lines, a count and then offset and length in turn, in whole blocks.</summary>
internal sealed class SparseMap
{
    internal const int MaxExtents = 1 << 16;

    private long _count = -1;
    private long _offset = -1;
    private long _number;
    private int _digits;

    internal List<TarExtent> Extents { get; } = [];

    /// <summary>Takes one block; true when the map is whole.</summary>
    internal bool Add(ReadOnlySpan<byte> block)
    {
        foreach (byte value in block)
        {
            if (value == '\n' && _digits > 0)
            {
                if (EndNumber()) return true;
            }
            else if (value is >= (byte)'0' and <= (byte)'9' && _digits++ < 18)
            {
                _number = (_number * 10) + (value - '0');
            }
            else
            {
                throw new TarFormatException("the sparse map of a file is malformed");
            }
        }

        return false;
    }

    /// <summary>Makes sure the extents are in order, inside the file, and as long together as what is stored.</summary>
    internal static void Check(IReadOnlyList<TarExtent> extents, long size, long stored)
    {
        if (extents.Count > MaxExtents) throw TooLarge();
        (long end, long sum) = (0, 0);
        foreach (TarExtent extent in extents)
        {
            if (extent.Offset < end || extent.Length < 0 || extent.Length > size - extent.Offset) throw new TarFormatException("the sparse map of a file is not in order");
            (end, sum) = (extent.Offset + extent.Length, sum + extent.Length);
        }

        if (sum != stored || end > size) throw new TarFormatException("the sparse map of a file does not match its content");
    }

    internal static TarFormatException TooLarge() => new($"the sparse map of a file has more than {MaxExtents} parts");

    private bool EndNumber()
    {
        long number = _number;
        (_number, _digits) = (0, 0);
        if (_count < 0)
        {
            _count = number <= MaxExtents ? number : throw TooLarge();
        }
        else if (_offset < 0)
        {
            _offset = number;
        }
        else
        {
            Extents.Add(new TarExtent(_offset, number));
            _offset = -1;
        }

        return Extents.Count == _count;
    }
}
