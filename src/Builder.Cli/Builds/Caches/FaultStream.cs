using Builder.Oci.Images;
using Builder.Oci.Streams;

namespace Builder.Cli.Builds.Caches;

/// <summary>A blob on its way from a registry, whose failures are those of a cache.</summary>
internal sealed class FaultStream(Stream inner) : ForwardStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return inner.Read(buffer);
        }
        catch (ImageSourceException error)
        {
            throw RegistryCache.Explain(error);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (ImageSourceException error)
        {
            throw RegistryCache.Explain(error);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
