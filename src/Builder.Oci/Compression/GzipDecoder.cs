using System.IO.Compression;
using Builder.Oci.Streams;

namespace Builder.Oci.Compression;

/// <summary>
/// gzip data of one or several members. The framework's decoder ends quietly when the data is cut off or followed by
/// something else; so a member of our own is put behind the data, and only when it comes out at the end was all well.
/// </summary>
internal sealed class GzipDecoder : ForwardStream
{
    private static readonly byte[] Seal = [.. "builder:end:gzip"u8];
    private static readonly byte[] SealMember = Compress(Seal);

    private readonly GZipStream _decoder;
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private bool _ended;

    internal GzipDecoder(Stream input) => _decoder = new GZipStream(new SealedStream(input), CompressionMode.Decompress);

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (!_ended && _end - _start <= Seal.Length) Filled(_decoder.Read(MakeRoom().Span));
        return Take(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (!_ended && _end - _start <= Seal.Length) Filled(await _decoder.ReadAsync(MakeRoom(), cancellationToken));
        return Take(buffer.Span);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _decoder.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] Compress(byte[] content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.NoCompression, leaveOpen: true)) gzip.Write(content);
        return output.ToArray();
    }

    private Memory<byte> MakeRoom()
    {
        Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
        (_start, _end) = (0, _end - _start);
        return _buffer.AsMemory(_end);
    }

    private void Filled(int count)
    {
        _end += count;
        if (count > 0) return;
        _ended = true;
        if (!_buffer.AsSpan(_start, _end - _start).SequenceEqual(Seal)) throw new InvalidDataException("it does not end where it should");
        _end = _start;
    }

    // The last bytes are held back: they may be the seal.
    private int Take(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _ended ? 0 : _end - _start - Seal.Length);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <summary>The input, and behind it the member that proves its end.</summary>
    private sealed class SealedStream(Stream input) : ForwardStream
    {
        private readonly MemoryStream _seal = new(SealMember, writable: false);
        private bool _inputEnded;

        public override int Read(Span<byte> buffer)
        {
            int count = _inputEnded ? 0 : input.Read(buffer);
            if (count > 0 || buffer.IsEmpty) return count;
            _inputEnded = true;
            return _seal.Read(buffer);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = _inputEnded ? 0 : await input.ReadAsync(buffer, cancellationToken);
            if (count > 0 || buffer.IsEmpty) return count;
            _inputEnded = true;
            return _seal.Read(buffer.Span);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _seal.Dispose();
                input.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
