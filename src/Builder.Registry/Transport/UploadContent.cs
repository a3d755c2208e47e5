using System.Buffers;
using System.Net;

namespace Builder.Registry.Transport;

/// <summary>A body that is read while it is sent.</summary>
/// <param name="source">Closed with this.</param>
/// <param name="length">Bytes to send from where the source stands.</param>
/// <param name="sent">Told about each piece.</param>
internal sealed class UploadContent(Stream source, long length, Action<int> sent) : HttpContent
{
    private const int PieceSize = 128 << 10;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            for (long rest = length; rest > 0;)
            {
                int count = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(rest, PieceSize)), cancellationToken);
                if (count == 0) throw new RegistryException($"what is to be sent is {rest} bytes shorter than it should be");
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                rest -= count;
                sent(count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }
}
