using System.Buffers.Binary;
using Builder.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>
/// The talk between session and container init, over one socket. The whole of it:
/// <code>
/// session → init   plan
/// init → session   Terminal(descriptor)      only with a terminal; then waits for one empty message
/// init → session   Prepared(stubs)           all is set up, the program is about to be executed
/// init → session   Failed(exit code, text)   instead of anything above, or after Prepared when execve failed
/// end of file                                the program runs
/// </code>
/// A message is a length (4 bytes, little endian) and a body.
/// </summary>
internal sealed class ControlChannel(SafeFileHandle socket) : IDisposable
{
    private const int MaxMessage = 64 << 20;

    public void Send(ReadOnlySpan<byte> body)
    {
        byte[] message = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, body.Length);
        body.CopyTo(message.AsSpan(4));
        DescriptorCalls.Write(socket, message);
    }

    /// <summary>The next message, or null at the end of file.</summary>
    public byte[]? Receive()
    {
        Span<byte> header = stackalloc byte[4];
        if (!Fill(header)) return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > MaxMessage) throw new InvalidDataException($"a control message of {length} bytes");
        byte[] body = new byte[length];
        return Fill(body) ? body : null;
    }

    public void Dispose() => socket.Dispose();

    private bool Fill(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int read = DescriptorCalls.Read(socket, buffer);
            if (read == 0) return false;
            buffer = buffer[read..];
        }

        return true;
    }
}
