using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cache.Snapshots;
using Builder.Runtime.Containers;
using Builder.Runtime.Plans;
using Builder.Sandbox;
using Builder.Sandbox.Plans;

namespace Builder.Runtime;

/// <summary>Runs a container in the foreground, from its creation to its end. Works inside a session.</summary>
/// <param name="store">Images and snapshots.</param>
/// <param name="containers">Where containers are kept.</param>
/// <param name="sandboxes">Runs them.</param>
/// <param name="time">The clock.</param>
public sealed class ContainerRunner(BuilderStore store, ContainerStore containers, ISandboxRunner sandboxes, TimeProvider time)
{
    private const int Canceled = 137;

    /// <summary>Makes the container, runs it, and keeps or removes it.</summary>
    /// <param name="image">What it is made of.</param>
    /// <param name="imageName">How the caller named the image.</param>
    /// <param name="options">How it is to be.</param>
    /// <param name="onCreated">Told when it exists, before it starts.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>How its process ended.</returns>
    /// <exception cref="ContainerException">It can't be made.</exception>
    /// <exception cref="SandboxException">It can't be started.</exception>
    /// <exception cref="StoreException">The store has reached its limit.</exception>
    public async Task<SandboxExit> RunAsync(
        StoredImage image, string imageName, ContainerOptions options, Action<ContainerRecord> onCreated, CancellationToken cancellationToken)
    {
        store.Usage.KeepLimits();
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, store.Usage.Exhausted);
        try
        {
            return await RunWithinLimitAsync(image, imageName, options, onCreated, within.Token);
        }
        catch (OperationCanceledException e) when (store.Usage.Exhausted.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw store.Usage.Explain(e);
        }
    }

    private async Task<SandboxExit> RunWithinLimitAsync(
        StoredImage image, string imageName, ContainerOptions options, Action<ContainerRecord> onCreated, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> command = ContainerPlanner.Command(image.Config.Config, options);
        Snapshot? parent = await store.Layers.UnpackAsync(image.Layers, cancellationToken);
        using ContainerLease lease = containers.Create(options.Name, (id, name) => new ContainerRecord
        {
            Id = id,
            Name = name,
            ImageId = image.Id.ToString(),
            Image = imageName,
            Command = command,
            Labels = options.Labels.ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal),
            CreatedAt = time.GetUtcNow(),
            AutoRemove = options.AutoRemove,
        });
        using ContainerRoot root = OpenRoot(lease, parent);
        try
        {
            onCreated(lease.Record);
            SandboxPlan plan = ContainerPlanner.Plan(image.Config.Config, options, lease.Record.Id, root.FileSystem);
            SandboxIo io = options.Terminal ? new TerminalIo(options.Interactive) : new InheritedIo(options.Interactive);
            SandboxExit exit = await sandboxes.RunAsync(plan, io, cancellationToken);
            root.Keep();
            lease.Finish(exit.ExitCode, time.GetUtcNow());
            return exit;
        }
        catch (SandboxException e)
        {
            lease.Finish(e.ExitCode, time.GetUtcNow());
            throw;
        }
        catch
        {
            lease.Finish(Canceled, time.GetUtcNow());
            throw;
        }
    }

    // Overlay changes live in the container's own directory; a copied tree begins as a draft and moves there when it is kept.
    private ContainerRoot OpenRoot(ContainerLease lease, Snapshot? parent)
    {
        if (store.Snapshots.Kind == SnapshotKind.Copy)
        {
            SnapshotDraft draft = store.Snapshots.CreateDraft(parent);
            return new ContainerRoot(new DirectoryRoot(draft.TreeDirectory), draft, Path.Combine(lease.Directory, "root"));
        }

        string upper = Path.Combine(lease.Directory, "upper");
        string work = Path.Combine(lease.Directory, "work");
        Directory.CreateDirectory(upper);
        Directory.CreateDirectory(work);
        // The root of the tree shows the mode of the upper directory, whatever the caller's umask is.
        File.SetUnixFileMode(upper, (UnixFileMode)0x1ED);
        IReadOnlyList<string> lower = parent is null ? [] : store.Snapshots.LayerDirectories(parent);
        return new ContainerRoot(new OverlayRoot(store.Snapshots.Directory, lower, upper, work), null, null);
    }

    private sealed class ContainerRoot(RootFileSystem fileSystem, SnapshotDraft? draft, string? keptAt) : IDisposable
    {
        public RootFileSystem FileSystem { get; } = fileSystem;

        public void Keep()
        {
            if (draft is not null && keptAt is not null) Directory.Move(draft.TreeDirectory, keptAt);
        }

        public void Dispose() => draft?.Dispose();
    }
}
