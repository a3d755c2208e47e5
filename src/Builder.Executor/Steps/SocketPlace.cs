using System.Net.Sockets;
using Builder.Linux.Files;

namespace Builder.Executor.Steps;

/// <summary>A UNIX socket's place, addressed through its open directory: the path of an address may have 107 bytes only.</summary>
internal sealed class SocketPlace : IDisposable
{
    private readonly string _name;

    /// <summary>Opens the directory.</summary>
    /// <param name="path">Absolute path of the socket.</param>
    public SocketPlace(string path)
    {
        _name = Path.GetFileName(path);
        Directory = DirectoryHandle.Open(Path.GetDirectoryName(path) ?? "/");
    }

    public DirectoryHandle Directory { get; }

    public byte[] Name => UnixPath.Encode(_name);

    public UnixDomainSocketEndPoint EndPoint => new($"/proc/self/fd/{Directory.Handle.DangerousGetHandle()}/{_name}");

    /// <summary>A path by which processes that this one starts find it.</summary>
    public string PathForOthers => $"/proc/{Environment.ProcessId}/fd/{Directory.Handle.DangerousGetHandle()}/{_name}";

    /// <summary>A connection to it.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(EndPoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Dispose();
}
