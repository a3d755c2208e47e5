using Builder.Oci.Streams;
using ICSharpCode.SharpZipLib.BZip2;

namespace Builder.Oci.Compression;

/// <summary>bzip2 data of one or several streams in a row, as parallel compressors write it.</summary>
internal sealed class Bzip2Stream(Stream input) : ForwardStream
{
    // The decoder asks for single bytes.
    private readonly BufferedStream _input = new(input, 64 << 10);
    private BZip2InputStream? _decoder;
    private bool _ended;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (!_ended)
        {
            _decoder ??= new BZip2InputStream(_input) { IsStreamOwner = false };
            int count = _decoder.Read(buffer);
            if (count > 0) return count;
            _decoder.Dispose();
            _decoder = null;
            NextStream();
        }

        return 0;
    }

    // The decoder has no asynchronous way; what it waits for comes in buffers.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<int>(Read(buffer.Span));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder?.Dispose();
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private void NextStream()
    {
        int first = _input.ReadByte();
        if (first < 0)
        {
            _ended = true;
            return;
        }

        if (first != 'B') throw new InvalidDataException("something follows the end of the data");
        _decoder = new BZip2InputStream(new PrefixedStream(new[] { (byte)first }, _input)) { IsStreamOwner = false };
    }
}
