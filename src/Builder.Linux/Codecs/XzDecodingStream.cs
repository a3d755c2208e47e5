using System.Runtime.InteropServices;
using Builder.Linux.Native;

namespace Builder.Linux.Codecs;

/// <summary>
/// What is inside xz data of one or several streams, with the system's liblzma. Data that needs more than 256 MiB to be opened is refused (the
/// highest level of xz needs 65); data that ends too early is an error.
/// </summary>
public sealed unsafe class XzDecodingStream : Stream
{
    private const ulong MemoryLimit = 256 << 20;

    private readonly Stream _input;
    private readonly byte[] _buffer = new byte[128 << 10];
    private LzmaH.Stream* _decoder;
    private int _start;
    private int _end;
    private bool _inputEnded;
    private bool _ended;

    /// <summary>Begins to decode.</summary>
    /// <param name="input">The compressed data; closed with this stream.</param>
    /// <exception cref="NotSupportedException">liblzma is not installed.</exception>
    public XzDecodingStream(Stream input)
    {
        _input = input;
        _decoder = (LzmaH.Stream*)NativeMemory.AllocZeroed((nuint)sizeof(LzmaH.Stream));
        try
        {
            Check(LzmaH.StreamDecoder(_decoder, MemoryLimit, LzmaH.Concatenated));
        }
        catch (DllNotFoundException e)
        {
            Free(begun: false);
            throw new NotSupportedException("xz data needs the library liblzma.so.5, which is not installed (Debian package liblzma5)", e);
        }
        catch
        {
            Free(begun: true);
            throw;
        }
    }

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
        while (!buffer.IsEmpty && !_ended)
        {
            if (_start == _end && !_inputEnded) Filled(_input.Read(_buffer));
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
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Waiting and pointers don't mix.
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
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
        if (disposing) _input.Dispose();
        Free(begun: true);
        base.Dispose(disposing);
    }

    private static void Check(int result)
    {
        switch (result)
        {
            case LzmaH.Ok or LzmaH.StreamEnd:
                return;
            case LzmaH.MemoryLimitError:
                throw new InvalidDataException($"it needs more than {MemoryLimit >> 20} MiB of memory to be opened");
            case LzmaH.MemoryError:
                throw new InvalidOperationException("liblzma can't get memory");
            case LzmaH.BufferError:
                throw new InvalidDataException("it ends too early");
            default:
                throw new InvalidDataException($"liblzma reports error {result}");
        }
    }

    private void Filled(int count)
    {
        (_start, _end) = (0, count);
        _inputEnded = count == 0;
    }

    private int Decode(Span<byte> output)
    {
        ObjectDisposedException.ThrowIf(_decoder is null, this);
        fixed (byte* from = _buffer)
        fixed (byte* to = output)
        {
            _decoder->NextIn = from + _start;
            _decoder->AvailableIn = (nuint)(_end - _start);
            _decoder->NextOut = to;
            _decoder->AvailableOut = (nuint)output.Length;
            int result = LzmaH.Code(_decoder, _inputEnded ? LzmaH.Finish : LzmaH.Run);
            _start = _end - (int)_decoder->AvailableIn;
            int written = output.Length - (int)_decoder->AvailableOut;
            _ended = result == LzmaH.StreamEnd;

            // A full output can be mistaken for a lack of progress; the next call tells.
            if (result != LzmaH.BufferError || written == 0) Check(result);
            return written;
        }
    }

    private void Free(bool begun)
    {
        if (_decoder is null) return;
        if (begun) LzmaH.End(_decoder);
        NativeMemory.Free(_decoder);
        _decoder = null;
    }
}
