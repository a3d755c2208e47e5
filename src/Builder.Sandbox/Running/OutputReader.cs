using Builder.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Running;

/// <summary>Reads a container's output pipe to its end and hands it on, in bounded memory.</summary>
internal static class OutputReader
{
    private const int BufferSize = 32 << 10;

    public static Task Start(SafeFileHandle pipe, int stream, Action<int, ReadOnlySpan<byte>> onOutput) => Task.Factory.StartNew(
        () =>
        {
            byte[] buffer = new byte[BufferSize];
            for (int length; (length = DescriptorCalls.Read(pipe, buffer)) > 0;) onOutput(stream, buffer.AsSpan(0, length));
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
