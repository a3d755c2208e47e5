using System.Collections.Immutable;
using Builder.Cache.Snapshots;
using Builder.Executor.Steps;

namespace Builder.Executor.Sources;

/// <summary>How git runs ssh, and which keys ssh may use: those given to the build, else the caller's own, else none.</summary>
internal sealed class GitKeys(SourceSettings settings, SnapshotStore snapshots) : IDisposable
{
    private const string Id = "default";
    private const string AgentVariable = "SSH_AUTH_SOCK";

    // The text is ours; what comes from a URL git appends as arguments. In a user namespace ssh takes /root for the home, whatever HOME says.
    // A configuration could start programs that outlive the build.
    private const string Ssh = "ssh -F none -oBatchMode=yes -oStrictHostKeyChecking=yes -oUpdateHostKeys=no -oUserKnownHostsFile=\"$HOME/.ssh/known_hosts\"";
    private const string OwnFiles = " -oIdentityFile=\"$HOME/.ssh/id_ed25519\" -oIdentityFile=\"$HOME/.ssh/id_ecdsa\" -oIdentityFile=\"$HOME/.ssh/id_rsa\"";
    private const string NoFiles = " -oIdentityFile=none";
    private const string NoAgent = " -oIdentityAgent=none";

    private readonly SshAgents _agents = new(
        settings.SshKeys is { } keys ? ImmutableDictionary<string, SshSource>.Empty.Add(Id, keys) : ImmutableDictionary<string, SshSource>.Empty, snapshots);

    /// <summary>The variables that tell git and ssh.</summary>
    /// <param name="isNeeded">Whether git may start ssh: an agent of the build's own isn't started for nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SourceException">The agent or the keys that were given don't work.</exception>
    public async Task<GitKeyLease> LendAsync(bool isNeeded, CancellationToken cancellationToken)
    {
        if (!isNeeded) return new GitKeyLease([Command(NoFiles + NoAgent)], null);
        try
        {
            if (await _agents.SocketOfAsync(Id, cancellationToken) is not { } socket) return new GitKeyLease(OwnVariables(), null);
            var place = new SocketPlace(socket);
            return new GitKeyLease([Command(NoFiles), new(AgentVariable, place.PathForOthers)], place);
        }
        catch (OperationException e)
        {
            throw new SourceException(e.Message, e.Hint, e);
        }
    }

    public void Dispose() => _agents.Dispose();

    private KeyValuePair<string, string>[] OwnVariables()
    {
        if (!settings.MayUseOwnKeys) return [Command(NoFiles + NoAgent)];
        return settings.Environment.TryGetValue(AgentVariable, out string? agent) ? [Command(OwnFiles), new(AgentVariable, agent)] : [Command(OwnFiles)];
    }

    private static KeyValuePair<string, string> Command(string options) => new("GIT_SSH_COMMAND", Ssh + options);
}
