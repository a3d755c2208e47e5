namespace Builder.Oci.Streams;

/// <summary>Gives back some bytes that were read already, then the rest.</summary>
/// <param name="prefix">What comes first.</param>
/// <param name="rest">What comes then; closed with this.</param>
public sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : ForwardStream
{
    private ReadOnlyMemory<byte> _prefix = prefix;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => _prefix.IsEmpty ? rest.Read(buffer) : TakePrefix(buffer);

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _prefix.IsEmpty ? await rest.ReadAsync(buffer, cancellationToken) : TakePrefix(buffer.Span);

    /// <inheritdoc/>
    // The inherited one allocates for every byte.
    public override int ReadByte()
    {
        if (_prefix.IsEmpty) return rest.ReadByte();
        byte value = _prefix.Span[0];
        _prefix = _prefix[1..];
        return value;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) rest.Dispose();
        base.Dispose(disposing);
    }

    private int TakePrefix(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _prefix.Length);
        _prefix.Span[..count].CopyTo(buffer);
        _prefix = _prefix[count..];
        return count;
    }
}
