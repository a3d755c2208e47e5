using System.Text.Json;
using Builder.Cache.Blobs;
using Builder.Cache.Contexts;
using Builder.Cache.Downloads;
using Builder.Cache.History;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cache.Manifests;
using Builder.Cache.Outputs;
using Builder.Cache.Records;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Cache.Usage;
using Builder.Linux.Files;

namespace Builder.Cache;

/// <summary>
/// The content-addressed store: one directory, any number of processes at once, no daemon. Holds a lock while open, so that nothing it
/// uses is collected.
/// </summary>
public sealed class BuilderStore : IDisposable
{
    // The kernel has written changed pages back by then (30 s by default), so that settling waits for nothing.
    private static readonly TimeSpan SettleAge = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan SweepPeriod = TimeSpan.FromDays(1);
    private static readonly TimeSpan StaleAge = TimeSpan.FromDays(7);

    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private readonly StoreLayout _layout;
    private readonly StoreOwner _owner;
    private readonly TimeProvider _time;
    private readonly Lazy<Task> _maintenance;
    private bool _disposed;

    private BuilderStore(StoreLayout layout, SnapshotKind kind, StoreOwner owner, TimeProvider time, StoreSettings settings)
    {
        (_layout, _owner, _time) = (layout, owner, time);
        _closed = _closing.Token;
        _maintenance = new Lazy<Task>(() => Task.Run(Maintain));
        Blobs = new BlobStore(layout.Blobs, owner, time, StartMaintenance);
        Snapshots = new SnapshotStore(layout.Snapshots, kind, owner, time, BootId.Current, StartMaintenance);
        Records = new RecordStore(layout.Records, owner, Snapshots);
        Images = new ImageStore(layout, owner, Blobs, time);
        Indexes = new IndexStore(layout.Indexes, owner);
        Downloads = new DownloadStore(layout.Downloads, owner);
        History = new BuildHistory(layout.Builds, owner);
        StatIndexes = new StatIndexStore(layout.Contexts, owner, time);
        Outputs = new OutputMemory(layout.Outputs, owner, time);
        Manifests = new ManifestStore(layout.Manifests, owner);
        Layers = new LayerStore(layout, owner, Snapshots, Blobs);
        Converter = new LayerConverter(layout, owner, Blobs);
        Usage = new StorePruner(layout, owner, this, settings, time, _closed);
        Dater = new LayerDater(layout, owner, Blobs);
        Squasher = new LayerSquasher(layout, owner, Blobs, Layers);
        Comparison = new LayerComparison(Blobs);
        Archives = new DirectoryArchive(Blobs);
    }

    /// <summary>The store's directory, absolute.</summary>
    public string Root => _layout.Root;

    public BlobStore Blobs { get; }

    public SnapshotStore Snapshots { get; }

    public LayerStore Layers { get; }

    /// <summary>Image indexes on their way to registries.</summary>
    public IndexStore Indexes { get; }

    public LayerConverter Converter { get; }

    public LayerDater Dater { get; }

    public LayerSquasher Squasher { get; }

    public LayerComparison Comparison { get; }

    public DirectoryArchive Archives { get; }

    public RecordStore Records { get; }

    public ImageStore Images { get; }

    public DownloadStore Downloads { get; }

    public BuildHistory History { get; }

    public ManifestStore Manifests { get; }

    public StatIndexStore StatIndexes { get; }

    public OutputMemory Outputs { get; }

    /// <summary>What the store takes, and making room in it.</summary>
    public StorePruner Usage { get; }

    /// <summary>Collecting what dead processes left; starts with the first write, so that commands that only read don't pay for it.</summary>
    internal Task Maintenance => _maintenance.Value;

    /// <summary>Opens a store, making it when it is missing.</summary>
    /// <param name="root">Its directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="kind">
    /// How snapshots are to be kept: remembered by the store from the first time on. Null for commands that make none: as the store
    /// remembers; when it doesn't, as <see cref="StoreSettings.ProbeSnapshots"/> finds, else overlay.
    /// </param>
    /// <param name="settings">What it may take, and whom it tells.</param>
    /// <exception cref="StoreException">Not usable: no permission, a newer version, another kind of snapshots, a full disk ...</exception>
    public static BuilderStore Open(string root, TimeProvider time, SnapshotKind? kind = null, StoreSettings? settings = null)
    {
        StoreLayout layout = new(Path.GetFullPath(root));
        layout.Prepare();
        try
        {
            StoreOwner owner = StoreOwner.Announce(layout);
            try
            {
                return new BuilderStore(layout, AgreeOnKind(layout, owner, kind, settings?.ProbeSnapshots), owner, time, settings ?? StoreSettings.Default);
            }
            catch
            {
                owner.Dispose();
                throw;
            }
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't use the store", layout.Root, error);
        }
    }

    /// <summary>Whether there is a store at a directory.</summary>
    public static bool Exists(string root) => File.Exists(new StoreLayout(Path.GetFullPath(root)).VersionFile);

    /// <summary>How the store at a directory keeps snapshots; null when there is no store or it has not been decided.</summary>
    /// <exception cref="StoreException">The store is of a newer version or can't be read.</exception>
    public static SnapshotKind? RememberedKind(string root)
    {
        StoreLayout layout = new(Path.GetFullPath(root));
        try
        {
            return StoreVersion.Read(layout.VersionFile)?.Snapshots;
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't use the store", layout.Root, error);
        }
    }

    /// <summary>
    /// Waits until everything stored is on the disk. Without it, the snapshots of the last minute don't survive a power cut or a restart
    /// (their steps are executed again then); blobs, images and names always do.
    /// </summary>
    /// <exception cref="StoreException">The disk reported an error.</exception>
    public void Settle(CancellationToken cancellationToken)
    {
        try
        {
            Snapshots.Settle(DateTimeOffset.MaxValue, cancellationToken);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't make the store durable", Root, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;

        // Not waited for: what it has not removed, the next process will.
        _closing.Cancel();
        Usage.Dispose();
        Snapshots.Dispose();
        Blobs.Dispose();
        _owner.Dispose();
        _closing.Dispose();
    }

    private static SnapshotKind AgreeOnKind(StoreLayout layout, StoreOwner owner, SnapshotKind? wanted, Func<string, SnapshotKind>? probe)
    {
        using FileLock? held = owner.IsReadOnly ? null : FileLock.Acquire(layout.VersionLock, FileLockKind.Exclusive);
        StoreVersion? found = StoreVersion.Read(layout.VersionFile);
        if (found is null && SnapshotStore.GuessKind(layout.Snapshots) is { } guess) found = Decide(layout, owner, wanted: guess);
        if (owner.IsReadOnly) return found?.Snapshots ?? wanted ?? SnapshotKind.Overlay;
        if (found?.Snapshots is null) wanted ??= probe?.Invoke(layout.Temporary);
        if (found is null || (found.Snapshots is null && wanted is not null))
        {
            return Decide(layout, owner, wanted).Snapshots ?? SnapshotKind.Overlay;
        }

        if (wanted is not null && found.Snapshots != wanted)
        {
            throw new StoreException(
                $"the store '{layout.Root}' keeps snapshots as {Describe(found.Snapshots)}, but {Describe(wanted)} are wanted here: "
                + "use another store directory, or remove this one");
        }

        return found.Snapshots ?? SnapshotKind.Overlay;
    }

    private static StoreVersion Decide(StoreLayout layout, StoreOwner owner, SnapshotKind? wanted)
    {
        StoreVersion decided = new(StoreLayout.CurrentVersion, wanted);
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(decided, StoreJsonContext.Default.StoreVersion);
        if (!owner.IsReadOnly) StoreFiles.Replace(owner, layout.VersionFile, content, durable: true);
        return decided;
    }

    private static string Describe(SnapshotKind? kind) => kind == SnapshotKind.Copy ? "whole copies" : "overlay layers";

    private void StartMaintenance()
    {
        if (_owner.IsReadOnly) return;
        Usage.BeforeWrite();
        _ = _maintenance.Value;
    }

    private void Maintain()
    {
        try
        {
            new Leftovers(_layout, _owner).Collect(_closed);
            Snapshots.Settle(_time.GetUtcNow() - SettleAge, _closed);
            RemoveStale();
        }
        catch (Exception error) when (error is OperationCanceledException || StoreFault.IsStorageError(error))
        {
            // Collecting is a service to later processes: what failed here is tried again by them, and no build fails for it.
        }
    }

    // Reading every description takes a moment: once a day is enough.
    private void RemoveStale()
    {
        string mark = Path.Combine(_layout.Locks, "swept");
        DateTimeOffset now = _time.GetUtcNow();
        if (now - LastUse.OfModification(mark, DateTimeOffset.MinValue) < SweepPeriod) return;
        File.WriteAllBytes(mark, []);
        LastUse.Note(mark, _time);
        Usage.RemoveStale(now - StaleAge, _closed);
    }
}

/// <summary>The store can't do what was asked; the message names the file and the reason.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
