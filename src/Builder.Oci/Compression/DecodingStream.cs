using Builder.Oci.Streams;

namespace Builder.Oci.Compression;

/// <summary>Turns a decoder's own exceptions about bad data into one that says what is wrong.</summary>
internal sealed class DecodingStream(Stream decoder, string name) : ForwardStream
{
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return decoder.Read(buffer);
        }
        catch (Exception error) when (IsAboutData(error))
        {
            throw Damaged(error);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await decoder.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception error) when (IsAboutData(error))
        {
            throw Damaged(error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) decoder.Dispose();
        base.Dispose(disposing);
    }

    // SharpZipLib indexes its tables with what the data says: bad data may show as an index out of range.
    private static bool IsAboutData(Exception error) =>
        error is InvalidDataException or EndOfStreamException or ICSharpCode.SharpZipLib.SharpZipBaseException or IndexOutOfRangeException;

    private OciFormatException Damaged(Exception error) => new($"the {name} data is damaged or truncated: {error.Message}", error);
}
