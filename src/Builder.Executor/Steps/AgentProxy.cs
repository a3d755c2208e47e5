using System.Net.Sockets;
using Builder.Linux;

namespace Builder.Executor.Steps;

/// <summary>
/// A socket for one step that leads to an SSH agent. It belongs to who the step says, whatever the agent's own file allows, and lets
/// through only what a client needs: a step can list keys and have something signed, but neither take keys away nor add or lock them.
/// </summary>
internal sealed class AgentProxy : IAsyncDisposable
{
    private const int MaxConnections = 32;

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _free = new(MaxConnections);
    private readonly SocketPlace _agent;
    private readonly SocketPlace _place;
    private readonly Socket _listener;
    private readonly Task _serving;

    private AgentProxy(SocketPlace agent, SocketPlace place, Socket listener)
    {
        (_agent, _place, _listener) = (agent, place, listener);
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>Starts to listen.</summary>
    /// <param name="agentPath">Where the agent listens.</param>
    /// <param name="path">Where to listen, in a directory nobody else can enter.</param>
    /// <param name="uid">Owner of the socket.</param>
    /// <param name="gid">Group of the socket.</param>
    /// <param name="mode">Permission bits of the socket.</param>
    public static AgentProxy Start(string agentPath, string path, int uid, int gid, int mode)
    {
        var agent = new SocketPlace(agentPath);
        var place = new SocketPlace(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(place.EndPoint);
            place.Directory.SetOwner(place.Name, uid, gid);
            place.Directory.SetMode(place.Name, mode);
            listener.Listen();
            return new AgentProxy(agent, place, listener);
        }
        catch
        {
            listener.Dispose();
            place.Dispose();
            agent.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _place.Dispose();
        _agent.Dispose();
        _free.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                await _free.WaitAsync(_stop.Token);
                Socket client = await _listener.AcceptAsync(_stop.Token);
                connections.RemoveAll(c => c.IsCompleted);
                connections.Add(ConverseAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // The step is over.
        }

        await Task.WhenAll(connections);
    }

    private async Task ConverseAsync(Socket client)
    {
        try
        {
            using (client)
            using (Socket agent = await _agent.ConnectAsync(_stop.Token))
            await using (var clientStream = new NetworkStream(client))
            await using (var agentStream = new NetworkStream(agent))
                await AgentProtocol.RelayAsync(clientStream, agentStream, _stop.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or SyscallException)
        {
            // The client sees its connection end, as it does when an agent is stopped.
        }
        finally
        {
            _free.Release();
        }
    }
}
