using Builder.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Running;

/// <summary>The descriptors a container starts with, and our ends of those that are pipes.</summary>
internal sealed class StandardStreams : IDisposable
{
    private readonly List<SafeFileHandle> _theirs = [];

    private StandardStreams(int input, int output, int error) => (Input, Output, Error) = (input, output, error);

    public int Input { get; private set; }

    public int Output { get; private set; }

    public int Error { get; private set; }

    /// <summary>Where the container's standard output can be read, or null.</summary>
    public SafeFileHandle? ReadOutput { get; private set; }

    /// <summary>Where the container's standard error can be read, or null.</summary>
    public SafeFileHandle? ReadError { get; private set; }

    public static StandardStreams For(SandboxIo io)
    {
        var streams = new StandardStreams(0, 1, 2);
        switch (io)
        {
            case CapturedIo:
                streams.UseEmptyInput();
                (streams.ReadOutput, SafeFileHandle output) = ProcessCalls.CreatePipe();
                (streams.ReadError, SafeFileHandle error) = ProcessCalls.CreatePipe();
                streams.Output = streams.Keep(output);
                streams.Error = streams.Keep(error);
                break;
            case InheritedIo { AttachInput: false }:
                streams.UseEmptyInput();
                break;
        }

        return streams;
    }

    /// <summary>Closes the container's ends in this process, so that reading ends when the container does.</summary>
    public void CloseTheirs()
    {
        foreach (SafeFileHandle handle in _theirs) handle.Dispose();
        _theirs.Clear();
    }

    public void Dispose()
    {
        CloseTheirs();
        ReadOutput?.Dispose();
        ReadError?.Dispose();
    }

    private void UseEmptyInput() => Input = Keep(File.OpenHandle("/dev/null"));

    private int Keep(SafeFileHandle handle)
    {
        _theirs.Add(handle);
        return (int)handle.DangerousGetHandle();
    }
}
