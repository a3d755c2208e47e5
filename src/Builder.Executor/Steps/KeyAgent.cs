using Builder.Cache.Snapshots;
using Builder.Linux.Processes;

namespace Builder.Executor.Steps;

/// <summary>An ssh-agent(1) of the build's own that holds given keys. It ends with the build, and with the session however that ends.</summary>
internal sealed class KeyAgent : IDisposable
{
    private const string SocketName = "agent";
    private const string InstallHint = "install openssh-client, or give the socket of an agent";
    private const int ProgramNotFound = 127;

    private readonly SnapshotDraft _draft;
    private readonly SystemTool _process;

    private KeyAgent(SnapshotDraft draft, string directory, SystemTool process)
    {
        (_draft, _process) = (draft, process);
        SocketPath = Path.Combine(directory, SocketName);
    }

    public string SocketPath { get; }

    /// <summary>Starts an agent and gives it the keys.</summary>
    /// <param name="id">What messages call it.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="snapshots">Where its socket may lie.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationException">It can't be started, or refuses a key.</exception>
    public static async Task<KeyAgent> StartAsync(string id, SshKeyFiles keys, SnapshotStore snapshots, CancellationToken cancellationToken)
    {
        SnapshotDraft draft = snapshots.CreateDraft(null);
        KeyAgent? agent = null;
        try
        {
            string directory = PrivateDirectory.Make(draft);
            SystemTool process = Run(directory, "ssh-agent", "-D", "-a", SocketName);
            agent = new KeyAgent(draft, directory, process);

            // It says where it listens as soon as it does.
            if (await process.Output.ReadLineAsync(cancellationToken) is null)
                throw new OperationException($"ssh-agent for --ssh {id} ended at once: {await FirstLineAsync(process, cancellationToken)}", InstallHint);
            foreach (string file in keys.Files) await AddAsync(id, file, directory, cancellationToken);
            return agent;
        }
        catch
        {
            agent?.Dispose();
            draft.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process.Dispose();
        _draft.Dispose();
    }

    private static async Task AddAsync(string id, string file, string directory, CancellationToken cancellationToken)
    {
        using SystemTool add = Run(directory, "ssh-add", "-q", "--", file);
        string reason = await FirstLineAsync(add, cancellationToken);
        ProcessEnd end = await add.WaitAsync(cancellationToken);
        if (end.ExitCode == 0) return;
        throw new OperationException(
            $"the key {file} of --ssh {id} can't be used: {reason}",
            end.ExitCode == ProgramNotFound ? InstallHint : "give a key without a passphrase, or an agent that holds the key: --ssh default");
    }

    private static async Task<string> FirstLineAsync(SystemTool process, CancellationToken cancellationToken)
    {
        string error = await process.Error.ReadToEndAsync(cancellationToken);
        return error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault("it gave no reason");
    }

    // The socket's name is relative to the directory: the path of an address may have 107 bytes only. A passphrase is never asked for.
    private static SystemTool Run(string directory, params IEnumerable<string> command) => SystemTool.Start(
        directory, ["SSH_AUTH_SOCK=" + SocketName, "SSH_ASKPASS=/bin/false", "SSH_ASKPASS_REQUIRE=force", "DISPLAY=none"], command);
}
