using System.ComponentModel;
using System.Diagnostics;
using Builder.Cache.Snapshots;
using Builder.Linux.Files;

namespace Builder.Executor.Steps;

/// <summary>An ssh-agent(1) of the build's own that holds given keys. It ends with the build, and with the session however that ends.</summary>
internal sealed class KeyAgent : IDisposable
{
    private const string SocketName = "agent";

    private readonly SnapshotDraft _draft;
    private readonly Process _process;

    private KeyAgent(SnapshotDraft draft, string directory, Process process)
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
            Process process = Run("ssh-agent", ["-D", "-a", SocketName], directory);
            agent = new KeyAgent(draft, directory, process);

            // It says where it listens as soon as it does.
            if (await process.StandardOutput.ReadLineAsync(cancellationToken) is null)
                throw new OperationException($"ssh-agent for --ssh {id} ended at once: {await FirstLineAsync(process, cancellationToken)}");
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
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _draft.Dispose();
    }

    private static async Task AddAsync(string id, string file, string directory, CancellationToken cancellationToken)
    {
        using Process add = Run("ssh-add", ["-q", "--", file], directory);
        try
        {
            string reason = await FirstLineAsync(add, cancellationToken);
            await add.WaitForExitAsync(cancellationToken);
            if (add.ExitCode == 0) return;
            throw new OperationException(
                $"the key {file} of --ssh {id} can't be used: {reason}", "give a key without a passphrase, or an agent that holds the key: --ssh default");
        }
        finally
        {
            if (!add.HasExited) add.Kill();
        }
    }

    private static async Task<string> FirstLineAsync(Process process, CancellationToken cancellationToken)
    {
        string error = await process.StandardError.ReadToEndAsync(cancellationToken);
        return error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault("it gave no reason");
    }

    // The socket's name is relative to the directory: the path of an address may have 107 bytes only. A passphrase is never asked for.
    private static Process Run(string program, IEnumerable<string> arguments, string directory)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SSH_AUTH_SOCK"] = SocketName;
        start.Environment["SSH_ASKPASS"] = "/bin/false";
        start.Environment["SSH_ASKPASS_REQUIRE"] = "force";
        start.Environment["DISPLAY"] = "none";
        try
        {
            Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} was not started");
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception e)
        {
            throw new OperationException($"{program} can't be started: {e.Message}", "install openssh-client, or give the socket of an agent", inner: e);
        }
    }
}
