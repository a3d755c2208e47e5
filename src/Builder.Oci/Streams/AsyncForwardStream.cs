using System.Buffers;

namespace Builder.Oci.Streams;

/// <summary>A stream that can only be read, forwards, and is asynchronous at heart: a synchronous reader waits.</summary>
public abstract class AsyncForwardStream : ForwardStream
{
    /// <inheritdoc/>
    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public sealed override int Read(Span<byte> buffer)
    {
        byte[] shared = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            // A console process has no synchronization context that this could lock up.
            int count = ReadAsync(shared.AsMemory(0, buffer.Length), CancellationToken.None).AsTask().GetAwaiter().GetResult();
            shared.AsSpan(0, count).CopyTo(buffer);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(shared);
        }
    }
}
