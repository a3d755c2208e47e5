using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

/// <summary>Reads a file front to back without touching its holes on the disk: a file of a terabyte that holds nothing costs no reading.</summary>
internal sealed class FileContentStream : Stream
{
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private readonly CancellationToken _cancellationToken;
    private readonly IEnumerator<FileExtent> _extents;
    private FileExtent _extent;
    private long _position;

    /// <summary>Begins at the start of a file.</summary>
    /// <param name="file">Stays open.</param>
    /// <param name="status">Of the file; its size is where reading ends.</param>
    /// <param name="cancellationToken">Ends reading with an exception.</param>
    internal FileContentStream(SafeFileHandle file, in FileStatus status, CancellationToken cancellationToken)
    {
        (_file, _length, _cancellationToken) = (file, status.Size, cancellationToken);
        _extents = FileExtents.Data(file, status).GetEnumerator();
        Advance();
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (_position >= _extent.Offset + _extent.Length) Advance();
        int count;
        if (_position < _extent.Offset)
        {
            count = (int)Math.Min(buffer.Length, Math.Min(_extent.Offset, _length) - _position);
            buffer[..count].Clear();
        }
        else
        {
            count = (int)Math.Min(buffer.Length, _extent.Offset + _extent.Length - _position);
            if (count > 0) count = RandomAccess.Read(_file, buffer[..count], _position);
        }

        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _extents.Dispose();
        base.Dispose(disposing);
    }

    // After the last stretch of data comes an empty one at the end, so that what is left before it is a hole.
    private void Advance() => _extent = _extents.MoveNext() ? _extents.Current : new FileExtent(_length, 0);
}
