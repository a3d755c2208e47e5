using System.Text;
using Builder.Cache.Snapshots;
using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Snapshots;
using Builder.Graph.Operations;
using Builder.Linux.Files;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Running;

/// <summary>Turns the mounts of a RUN into those of its sandbox, and holds what they need until the step is over.</summary>
/// <param name="snapshots">Where throw-away trees are made.</param>
/// <param name="views">Trees of stages and images.</param>
/// <param name="caches">Cache directories.</param>
internal sealed class ExecMounts(SnapshotStore snapshots, SnapshotViews views, CacheMounts caches) : IDisposable
{
    private const int Executable = 0x1ED;

    private readonly List<IDisposable> _held = [];

    /// <summary>Translates the mounts, in order.</summary>
    /// <param name="mounts">From the operation.</param>
    /// <param name="inputs">What the vertex's inputs but the parent are, by number.</param>
    /// <param name="cancellationToken">Stops waiting for a locked cache.</param>
    public async Task<IReadOnlyList<SandboxMount>> PrepareAsync(
        IEnumerable<ExecMount> mounts, IReadOnlyDictionary<int, MountInput> inputs, CancellationToken cancellationToken)
    {
        var result = new List<SandboxMount>();
        foreach (ExecMount mount in mounts)
        {
            if (await PrepareOneAsync(mount, inputs, cancellationToken) is { } prepared) result.Add(prepared);
        }

        return result;
    }

    public void Dispose()
    {
        for (int i = _held.Count - 1; i >= 0; i--) _held[i].Dispose();
        _held.Clear();
    }

    private async Task<SandboxMount?> PrepareOneAsync(ExecMount mount, IReadOnlyDictionary<int, MountInput> inputs, CancellationToken cancellationToken)
    {
        switch (mount)
        {
            case BindExecMount bind:
                MountInput input = inputs[bind.InputIndex];
                return input.IsContext ? BindContext(bind, input.Tree, cancellationToken) : BindSnapshot(bind, input);
            case CacheExecMount cache:
                SourceTree? seed = cache.InputIndex is { } index ? inputs[index].Tree : null;
                CacheMountLease lease = await caches.AcquireAsync(cache, seed, cancellationToken);
                _held.Add(lease);
                return new BindMount(lease.Directory, cache.Target, cache.ReadOnly);
            case TmpfsExecMount tmpfs:
                return new TmpfsMount(tmpfs.Target, tmpfs.SizeBytes);
            case ScriptExecMount script:
                return new FileMount(script.Target, Encoding.UTF8.GetBytes(script.Content), Executable);
            case SecretExecMount secret:
                return secret.Required ? throw Unavailable($"secret '{secret.Id}'") : null;
            case SshExecMount ssh:
                return ssh.Required ? throw Unavailable($"SSH agent '{ssh.Id}'") : null;
            default:
                throw new NotSupportedException($"no mount for {mount.GetType().Name}");
        }
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
        if (context.Ignore.IsEmpty && bind.ReadOnly)
            return new BindMount(Path.Combine(ContextPath(context), source.ToString()), bind.Target, ReadOnly: true);

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

    private static OperationException Unavailable(string what) =>
        new($"{what} is required by this step, but it was not given to the build");

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
