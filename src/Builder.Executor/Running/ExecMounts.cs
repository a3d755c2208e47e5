using System.Text;
using Builder.Cache.Snapshots;
using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Snapshots;
using Builder.Executor.Steps;
using Builder.Graph.Operations;
using Builder.Linux.Files;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Running;

/// <summary>Turns the mounts of a RUN into those of its sandbox, and holds what they need until the step is over.</summary>
/// <param name="snapshots">Where throw-away trees are made.</param>
/// <param name="views">Trees of stages and images.</param>
/// <param name="resources">Caches, secrets and agents.</param>
/// <param name="notices">Told what the user should know.</param>
internal sealed class ExecMounts(SnapshotStore snapshots, SnapshotViews views, StepResources resources, IStepNotices notices) : IAsyncDisposable
{
    private const int ScriptMode = 0x1ED;

    private readonly List<IDisposable> _held = [];
    private readonly List<AgentLease> _agents = [];
    private readonly Dictionary<string, CacheMountLease> _caches = new(StringComparer.Ordinal);
    private readonly List<string> _secrets = [];

    /// <summary>Translates the mounts, in order.</summary>
    /// <param name="mounts">From the operation.</param>
    /// <param name="inputs">What the vertex's inputs but the parent are, by number.</param>
    /// <param name="cancellationToken">Stops waiting for a locked cache.</param>
    public async Task<PreparedMounts> PrepareAsync(
        IReadOnlyCollection<ExecMount> mounts, IReadOnlyDictionary<int, MountInput> inputs, CancellationToken cancellationToken)
    {
        await AcquireCachesAsync(mounts, cancellationToken);
        var result = new List<SandboxMount>();
        foreach (ExecMount mount in mounts)
        {
            if (await PrepareOneAsync(mount, inputs, cancellationToken) is { } prepared) result.Add(prepared);
        }

        return new PreparedMounts(result, mounts.OfType<SshExecMount>().FirstOrDefault()?.Target, _secrets);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (AgentLease agent in _agents) await agent.DisposeAsync();
        for (int i = _held.Count - 1; i >= 0; i--) _held[i].Dispose();
        _agents.Clear();
        _held.Clear();
    }

    // One lease for each id however often a step mounts it, and all steps take them in the same order: so none waits for itself or in a circle.
    private async Task AcquireCachesAsync(IEnumerable<ExecMount> mounts, CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, CacheExecMount> group in mounts.OfType<CacheExecMount>().GroupBy(c => c.CacheId).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            CacheSharing strictest = group.Max(c => c.Sharing);
            _caches[group.Key] = Hold(await resources.Caches.AcquireAsync(
                group.Key, strictest, () => notices.Tell($"waiting for the cache '{group.Key}', which another step is using"), cancellationToken));
        }
    }

    private async Task<SandboxMount?> PrepareOneAsync(ExecMount mount, IReadOnlyDictionary<int, MountInput> inputs, CancellationToken cancellationToken)
    {
        switch (mount)
        {
            case BindExecMount bind:
                MountInput input = inputs[bind.InputIndex];
                return input.IsContext ? BindContext(bind, input.Tree, cancellationToken) : BindSnapshot(bind, input);
            case CacheExecMount cache:
                CacheMountLease lease = _caches[cache.CacheId];
                await lease.EnsureAsync(cache, cache.InputIndex is { } index ? inputs[index].Tree : null, resources.SharedMounts, cancellationToken);
                return new TreeMount(new DirectoryRoot(lease.Directory), "/" + cache.Source, cache.Target, cache.ReadOnly);
            case TmpfsExecMount tmpfs:
                return new TmpfsMount(tmpfs.Target, tmpfs.SizeBytes) { Executable = true, ReadOnly = tmpfs.ReadOnly };
            case ScriptExecMount script:
                return new FileMount(script.Target, Encoding.UTF8.GetBytes(script.Content), ScriptMode) { Executable = true };
            case SecretExecMount secret:
                return await PrepareSecretAsync(secret, cancellationToken);
            case SshExecMount ssh:
                return await PrepareAgentAsync(ssh, cancellationToken);
            default:
                throw new NotSupportedException($"no mount for {mount.GetType().Name}");
        }
    }

    private async Task<FileMount?> PrepareSecretAsync(SecretExecMount secret, CancellationToken cancellationToken)
    {
        if (await resources.Secrets.ReadAsync(secret.Id, cancellationToken) is not { } content)
        {
            ReportMissing($"the secret '{secret.Id}'", secret.Required, resources.Secrets.HintFor(secret.Id));
            return null;
        }

        if (secret.EnvironmentName is { } name)
        {
            if (!UnixPath.TryDecode(content, out string value) || value.Contains('\0', StringComparison.Ordinal))
                throw new OperationException($"the secret '{secret.Id}' can't be the variable {name}: it is not UTF-8 text", "mount it as a file");
            _secrets.Add($"{name}={value}");
        }

        return secret.Target.Length == 0 ? null : new FileMount(secret.Target, content, secret.Mode, secret.Uid, secret.Gid);
    }

    private async Task<SandboxMount?> PrepareAgentAsync(SshExecMount ssh, CancellationToken cancellationToken)
    {
        if (await resources.Agents.LendAsync(ssh.Id, ssh.Target, ssh.Uid, ssh.Gid, ssh.Mode, cancellationToken) is not { } lease)
        {
            ReportMissing($"the SSH agent '{ssh.Id}'", ssh.Required, SshAgents.HintFor(ssh.Id));
            return null;
        }

        _agents.Add(lease);
        return lease.Mount;
    }

    private void ReportMissing(string what, bool required, string hint)
    {
        if (required) throw new OperationException($"{what} is required by this step, but it was not given to the build", hint);
        notices.Warn($"{what} was not given to the build; a step that mounts it runs without: {hint}");
    }

    // What is written to goes to a draft that is never committed.
    private TreeMount BindSnapshot(BindExecMount bind, MountInput input)
    {
        Resolve(bind, input.Tree);
        RootFileSystem root = bind.ReadOnly && input.Snapshot is { } snapshot
            ? views.RootOf(snapshot)
            : DraftView.RootOf(snapshots, Hold(snapshots.CreateDraft(input.Snapshot)));
        return new TreeMount(root, bind.Source, bind.Target, bind.ReadOnly);
    }

    // A step must neither see what ignore rules hide nor change the user's files: unless it only reads all of them it gets a copy.
    private SandboxMount BindContext(BindExecMount bind, SourceTree context, CancellationToken cancellationToken)
    {
        TreePath source = Resolve(bind, context);
        if (context.Ignore.IsEmpty && bind.ReadOnly && !context.ChangesModes)
            return new BindMount(ContextPath(context), bind.Target, ReadOnly: true) { Beneath = source.ToString() };

        SnapshotDraft copy = Hold(snapshots.CreateDraft(null));
        using DirectoryHandle root = DirectoryHandle.Open(copy.TreeDirectory);
        using var destination = new DestinationTree(root);
        var policy = new CopyPolicy(null, null, KeepOwner: false);
        SourceMatch match = new SourceMatcher(context, IgnoreRules.None, parents: false).MatchPath(bind.Source)[0];
        var copier = new TreeCopier(context, destination, policy);
        destination.EnsureDirectory(source.Parent, policy.MadeOwner, policy.MadeDirectoryMode);
        if (source.IsRoot) copier.CopyContents(match, TreePath.Root, cancellationToken);
        else copier.CopyWhole(match, source, cancellationToken);
        copier.Finish();
        return new TreeMount(new DirectoryRoot(copy.TreeDirectory), "/" + source, bind.Target, bind.ReadOnly);
    }

    private static TreePath Resolve(BindExecMount bind, SourceTree tree)
    {
        TreePath path = TreePath.Parse(bind.Source);
        return tree.TryResolve(path, out TreePath resolved) ? resolved : throw MissingSource.Describe(tree, bind.Source, path);
    }

    // The descriptor's own path: the context may have been given through links.
    private static string ContextPath(SourceTree context) =>
        File.ResolveLinkTarget($"/proc/self/fd/{context.Root.Handle.DangerousGetHandle()}", returnFinalTarget: false)!.FullName; // always a link

    private T Hold<T>(T held)
        where T : IDisposable
    {
        _held.Add(held);
        return held;
    }
}

/// <summary>An input of a RUN, as its mounts see it.</summary>
/// <param name="IsContext">A build context, else a stage or an image.</param>
/// <param name="Snapshot">Of a stage or image that isn't empty, else null.</param>
/// <param name="Tree">Its files.</param>
internal sealed record MountInput(bool IsContext, Snapshot? Snapshot, SourceTree Tree);
