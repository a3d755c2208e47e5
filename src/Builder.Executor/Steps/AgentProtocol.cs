using System.Buffers.Binary;

namespace Builder.Executor.Steps;

/// <summary>The SSH agent protocol as far as a go-between needs it: messages of a length (4 bytes, big endian), a kind and a body.</summary>
internal static class AgentProtocol
{
    private const int MaxMessage = 256 << 10;
    private const byte RequestIdentities = 11;
    private const byte SignRequest = 13;
    private static readonly byte[] Failure = [0, 0, 0, 1, 5];

    /// <summary>Passes requests and answers on until one side closes. What may not be passed on is answered with a failure.</summary>
    /// <exception cref="IOException">A message is malformed, or a connection broke.</exception>
    public static async Task RelayAsync(Stream client, Stream agent, CancellationToken cancellationToken)
    {
        while (await ReadAsync(client, cancellationToken) is { } request)
        {
            byte[]? answer = Failure;
            if (request[4] is RequestIdentities or SignRequest)
            {
                await agent.WriteAsync(request, cancellationToken);
                answer = await ReadAsync(agent, cancellationToken);
            }

            if (answer is null) return;
            await client.WriteAsync(answer, cancellationToken);
        }
    }

    // A message with its length; null at the end.
    private static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] header = new byte[4];
        int read = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken);
        if (read == 0) return null;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (read < header.Length || length is 0 or > MaxMessage) throw new InvalidDataException($"an SSH agent message of {length} bytes");
        byte[] message = new byte[4 + length];
        header.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(4), cancellationToken);
        return message;
    }
}
