namespace Builder.Oci.Tar;

/// <summary>The content of the current entry; holes of a sparse file read as zeros. Forward only; nothing is buffered.</summary>
internal sealed class TarContent(Stream input, long storedSize, long size, IReadOnlyList<TarExtent>? extents) : Stream
{
    private long _position;
    private int _extent;
    private bool _detached;

    /// <summary>Bytes of the archive that belong to this content and were not read yet.</summary>
    internal long StoredRest { get; private set; } = storedSize;

    public override bool CanRead => !_detached;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    internal bool IsAtHole => extents is not null && EndOfHole() > _position;

    /// <summary>Passes over a hole without reading zeros; 0 where data comes next.</summary>
    internal long SkipHole()
    {
        ObjectDisposedException.ThrowIf(_detached, this);
        if (extents is null) return 0;
        long skipped = EndOfHole() - _position;
        if (skipped <= 0) return 0;
        _position += skipped;
        return skipped;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override int Read(Span<byte> buffer)
    {
        (int count, bool hole) = Next(buffer.Length);
        if (hole) buffer[..count].Clear();
        else if (count > 0) count = Taken(input.Read(buffer[..count]));
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        (int count, bool hole) = Next(buffer.Length);
        if (hole) buffer[..count].Span.Clear();
        else if (count > 0) count = Taken(await input.ReadAsync(buffer[..count], cancellationToken));
        _position += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // The reader moves on; the input is the reader's.
    protected override void Dispose(bool disposing)
    {
        _detached = true;
        base.Dispose(disposing);
    }

    // How much can be had in one go from here, and whether it is a hole.
    private (int Count, bool Hole) Next(int wanted)
    {
        ObjectDisposedException.ThrowIf(_detached, this);
        if (extents is null) return ((int)Math.Min(wanted, StoredRest), false);
        long end = EndOfHole();
        return _position < end
            ? ((int)Math.Min(wanted, end - _position), true)
            : ((int)Math.Min(wanted, _extent == extents.Count ? 0 : extents[_extent].Offset + extents[_extent].Length - _position), false);
    }

    // Where data begins next, which may be behind the position.
    private long EndOfHole()
    {
        while (_extent < extents!.Count && _position >= extents[_extent].Offset + extents[_extent].Length) _extent++; // callers know that there are some
        return _extent == extents.Count ? size : extents[_extent].Offset;
    }

    private int Taken(int count)
    {
        if (count == 0) throw TarReader.Truncated();
        StoredRest -= count;
        return count;
    }
}
