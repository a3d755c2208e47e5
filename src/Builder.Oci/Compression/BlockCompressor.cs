using System.Buffers;

namespace Builder.Oci.Compression;

/// <summary>Compresses a stream with several threads in bounded memory. The bytes are the same for any number of them.</summary>
/// <param name="workers">How many blocks are worked on at once.</param>
public sealed class BlockCompressor(int workers)
{
    // Each block in work holds its content and room for the result.
    private const int MaxWorkers = 8;

    private readonly int _workers = Math.Clamp(workers, 1, MaxWorkers);

    /// <summary>As many workers as the machine has processors, within reason.</summary>
    public static BlockCompressor ForThisMachine { get; } = new(Environment.ProcessorCount);

    /// <summary>Reads the input to its end and writes it compressed; both stay open.</summary>
    public async Task CompressAsync(Stream input, Stream output, BlockEncoder encoder, CancellationToken cancellationToken)
    {
        var inWork = new Queue<Task<WorkedBlock>>();
        try
        {
            await output.WriteAsync(encoder.Start, cancellationToken);
            while (await ReadBlockAsync(input, encoder, cancellationToken) is { } block)
            {
                inWork.Enqueue(Task.Run(() => block.Encode(encoder), CancellationToken.None));
                if (inWork.Count > _workers) await WriteAsync(await inWork.Peek(), inWork, output, encoder, cancellationToken);
            }

            while (inWork.TryPeek(out Task<WorkedBlock>? next)) await WriteAsync(await next, inWork, output, encoder, cancellationToken);
            await output.WriteAsync(encoder.End, cancellationToken);
        }
        finally
        {
            await Task.WhenAll(inWork.Select(static task => (Task)task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<WorkedBlock?> ReadBlockAsync(Stream input, BlockEncoder encoder, CancellationToken cancellationToken)
    {
        byte[] content = ArrayPool<byte>.Shared.Rent(encoder.BlockSize);
        int count = await input.ReadAtLeastAsync(content.AsMemory(0, encoder.BlockSize), encoder.BlockSize, throwOnEndOfStream: false, cancellationToken);
        if (count > 0) return new WorkedBlock(content, count);
        ArrayPool<byte>.Shared.Return(content);
        return null;
    }

    private static async Task WriteAsync(
        WorkedBlock block, Queue<Task<WorkedBlock>> inWork, Stream output, BlockEncoder encoder, CancellationToken cancellationToken)
    {
        _ = inWork.Dequeue();
        await output.WriteAsync(block.Output, cancellationToken);
        encoder.Passed(block.Encoded);
        block.Release();
    }

    private sealed class WorkedBlock(byte[] content, int size)
    {
        private byte[] _output = [];

        internal EncodedBlock Encoded { get; private set; }

        internal ReadOnlyMemory<byte> Output => _output.AsMemory(0, Encoded.Size);

        internal WorkedBlock Encode(BlockEncoder encoder)
        {
            _output = ArrayPool<byte>.Shared.Rent(encoder.MaxEncodedSize(size));
            Encoded = encoder.Encode(content.AsMemory(0, size), _output);
            return this;
        }

        internal void Release()
        {
            ArrayPool<byte>.Shared.Return(content);
            ArrayPool<byte>.Shared.Return(_output);
        }
    }
}
