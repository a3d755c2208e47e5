using System.IO.Pipelines;
using System.Security.Cryptography;
using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Oci.Streams;

namespace Builder.Cli.Images;

/// <summary>
/// Unpacks a layer beside its way into the store, keeping nothing of it, and ends with an error unless its content is what the image's config says:
/// a layer that can't be unpacked is known before the image is.
/// </summary>
/// <param name="inner">The layer as it comes; closed with this.</param>
/// <param name="diffId">Digest of its content.</param>
internal sealed class VerifiedLayerStream(Stream inner, Digest diffId) : AsyncForwardStream
{
    private const int BufferSize = 128 << 10;
    private const long Ahead = 1 << 20;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: Ahead, resumeWriterThreshold: Ahead / 2, minimumSegmentSize: BufferSize, useSynchronizationContext: false));
    private Task<Digest>? _digest;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _digest ??= Task.Run(HashAsync, CancellationToken.None);
        int count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            // Once the content is known to be damaged nobody reads the pipe any more; the rest of the layer tells whether the transfer was.
            await _pipe.Writer.WriteAsync(buffer[..count], cancellationToken);
            return count;
        }

        await _pipe.Writer.CompleteAsync();
        Digest found = await _digest;
        return found == diffId ? 0 : throw new ImageSourceException($"a layer unpacks to {found} where the image's config says {diffId}");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _pipe.Writer.Complete(new OperationCanceledException());
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<Digest> HashAsync()
    {
        try
        {
            await using Stream compressed = _pipe.Reader.AsStream(leaveOpen: true);
            (Stream content, _) = await SystemCodecs.Layers.OpenAsync(compressed, CancellationToken.None);
            await using Stream opened = content;
            return Digest.FromSha256(await SHA256.HashDataAsync(opened));
        }
        catch (OciFormatException e)
        {
            throw new ImageSourceException($"a layer can't be unpacked: {e.Message}", e);
        }
        finally
        {
            await _pipe.Reader.CompleteAsync();
        }
    }
}
