using Builder.Linux.Native;

namespace Builder.Linux.Codecs;

/// <summary>
/// What is inside zstd data of one or several frames. Windows above 128 MiB are refused, as the zstd program does, so that memory stays bounded;
/// data that ends within a frame is an error.
/// </summary>
/// <param name="input">The compressed data; closed with this stream.</param>
public sealed class ZstdDecodingStream(Stream input) : Stream
{
    private const int WindowLogMax = 27;

    private readonly byte[] _buffer = new byte[128 << 10];
    private readonly ZstdDecompressionHandle _context = ZstdDecompressionHandle.Create(WindowLogMax);
    private int _start;
    private int _end;
    private bool _withinFrame;
    private bool _hasMoreOutput;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_start == _end && !_hasMoreOutput && !Filled(input.Read(_buffer))) return 0;
            int count = Decode(buffer);
            if (count > 0) return count;
        }

        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_start == _end && !_hasMoreOutput && !Filled(await input.ReadAsync(_buffer, cancellationToken))) return 0;
            int count = Decode(buffer.Span);
            if (count > 0) return count;
        }

        return 0;
    }

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
        if (disposing)
        {
            _context.Dispose();
            input.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool Filled(int count)
    {
        (_start, _end) = (0, count);
        if (count == 0 && _withinFrame) throw new InvalidDataException("it ends too early");
        return count > 0;
    }

    private unsafe int Decode(Span<byte> output)
    {
        ObjectDisposedException.ThrowIf(_context.IsClosed, this);
        fixed (byte* from = _buffer)
        fixed (byte* to = output)
        {
            var source = new ZstdH.Buffer { Start = from, Size = (nuint)_end, Position = (nuint)_start };
            var target = new ZstdH.Buffer { Start = to, Size = (nuint)output.Length };
            nuint rest = ZstdLibrary.Check(ZstdH.DecompressStream(_context.DangerousGetHandle(), &target, &source));
            _start = (int)source.Position;
            _withinFrame = rest != 0;
            _hasMoreOutput = _withinFrame && target.Position == target.Size;
            return (int)target.Position;
        }
    }
}
