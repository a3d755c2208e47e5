using System.Collections.Immutable;
using System.Net.Sockets;
using Builder.Cache.Snapshots;
using Builder.Linux;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Steps;

/// <summary>The SSH agents given to a build. Agents of the build's own are started when a step first needs them.</summary>
internal sealed class SshAgents(ImmutableDictionary<string, SshSource> sources, SnapshotStore snapshots) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<string, KeyAgent> _started = new(StringComparer.Ordinal);

    /// <summary>What to say when an agent wasn't given.</summary>
    public static string HintFor(string id) => id == "default" ? "add --ssh default" : $"add --ssh {id}=SOCKET or --ssh {id}=KEYFILE";

    /// <summary>Lends an agent to one step.</summary>
    /// <returns>Null when it wasn't given.</returns>
    /// <exception cref="OperationException">It was given but doesn't work.</exception>
    public async Task<AgentLease?> LendAsync(string id, string target, int uid, int gid, int mode, CancellationToken cancellationToken)
    {
        if (await SocketOfAsync(id, cancellationToken) is not { } agent) return null;
        SnapshotDraft draft = snapshots.CreateDraft(null);
        try
        {
            string path = Path.Combine(PrivateDirectory.Make(draft), "socket");
            AgentProxy proxy = AgentProxy.Start(agent, path, uid, gid, mode);
            return new AgentLease(new TreeMount(new DirectoryRoot(draft.TreeDirectory), $"/{PrivateDirectory.Name}/socket", target, ReadOnly: true), proxy, draft);
        }
        catch
        {
            draft.Dispose();
            throw;
        }
    }

    /// <summary>The socket of an agent.</summary>
    /// <returns>Null when it wasn't given.</returns>
    /// <exception cref="OperationException">It was given but doesn't work.</exception>
    public async Task<string?> SocketOfAsync(string id, CancellationToken cancellationToken)
    {
        switch (sources.GetValueOrDefault(id))
        {
            case null:
                return null;
            case SshAgentSocket socket:
                await CheckAsync(id, socket.Path, cancellationToken);
                return socket.Path;
            case SshKeyFiles keys:
                return await StartedAsync(id, keys, cancellationToken);
            case SshSource other:
                throw new NotSupportedException($"no agent for {other.GetType().Name}");
        }
    }

    public void Dispose()
    {
        foreach (KeyAgent agent in _started.Values) agent.Dispose();
        _gate.Dispose();
    }

    private async Task<string> StartedAsync(string id, SshKeyFiles keys, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_started.TryGetValue(id, out KeyAgent? agent))
                _started[id] = agent = await KeyAgent.StartAsync(id, keys, snapshots, cancellationToken);
            return agent.SocketPath;
        }
        finally
        {
            _gate.Release();
        }
    }

    private static async Task CheckAsync(string id, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var place = new SocketPlace(path);
            using Socket socket = await place.ConnectAsync(cancellationToken);
        }
        catch (Exception e) when (e is SocketException or SyscallException)
        {
            throw new OperationException($"the SSH agent of --ssh {id} doesn't answer at {path}: {e.Message}", "start it, or set SSH_AUTH_SOCK to one that runs", inner: e);
        }
    }
}

/// <summary>An agent's socket in use by a step.</summary>
/// <param name="mount">Shows it to the step.</param>
/// <param name="proxy">Serves it.</param>
/// <param name="draft">Where it lies.</param>
internal sealed class AgentLease(SandboxMount mount, AgentProxy proxy, SnapshotDraft draft) : IAsyncDisposable
{
    public SandboxMount Mount => mount;

    public async ValueTask DisposeAsync()
    {
        await proxy.DisposeAsync();
        draft.Dispose();
    }
}
