using Builder.Cache.Storage;
using Builder.Linux;
using Builder.Linux.Files;
using Microsoft.Extensions.Caching.Memory;

namespace Builder.Cache.Snapshots;

/// <summary>Snapshots and their drafts. Works inside the user namespace of a session: owners are those of the image.</summary>
/// <remarks>
/// A snapshot is a directory with <c>fs</c> (the tree, or what changed in it) and <c>snapshot.json</c>; a draft is one whose name
/// starts with <c>d-</c>. A draft becomes a snapshot by being renamed, so none is ever half there.
/// </remarks>
public sealed class SnapshotStore : IDisposable
{
    internal const string TreeName = "fs";
    internal const string FileName = "snapshot.json";
    internal const string MarkerName = "marker";
    internal const string SettledName = "settled";
    internal const string DraftPrefix = "d-";

    private const int IdLength = 8;
    private const int MaxFileSize = 4096;
    private const int MaxChain = 4096;
    private const int CachedSnapshots = 8192;

    private readonly StoreOwner _owner;
    private readonly TimeProvider _time;
    private readonly string? _boot;
    private readonly Action _onWrite;

    private readonly Leases _leases = new();

    // What is immutable is read once; whether it is still there is asked each time.
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = CachedSnapshots });

    internal SnapshotStore(string directory, SnapshotKind kind, StoreOwner owner, TimeProvider time, string? boot, Action onWrite)
    {
        (Directory, Kind) = (directory, kind);
        (_owner, _time, _boot, _onWrite) = (owner, time, boot, onWrite);
    }

    /// <summary>Where all snapshots are, absolute; layer paths are short relative to it (overlayfs options have a limit of one page).</summary>
    public string Directory { get; }

    public SnapshotKind Kind { get; }

    /// <summary>
    /// The snapshot of an id, or null when it isn't there (evicted, damaged). What was found is in use from now on, with everything it stands on:
    /// nobody evicts it before this store is disposed.
    /// </summary>
    public Snapshot? Find(string id)
    {
        if (!ShortId.IsValid(id)) return null;
        string path = Path.Combine(Directory, id);
        bool isNew = _leases.Take(path);
        Snapshot? found = FindWhole(id);
        if (found is null) _leases.Release(path);
        else if (isNew) LastUse.Note(Path.Combine(path, FileName), _time);
        return found;
    }

    private Snapshot? FindWhole(string id)
    {
        Snapshot? found = FindOne(id);
        Snapshot? step = found;
        for (int length = 0; step?.ParentId is { } parent && Kind == SnapshotKind.Overlay; length++)
        {
            // A damaged file could make the chain a circle.
            step = length < MaxChain ? FindOne(parent) : null;
            if (step is null) return null;
        }

        return found;
    }

    /// <summary>Begins a new snapshot on a parent.</summary>
    /// <exception cref="StoreException">The disk is full, or the parent is gone.</exception>
    public SnapshotDraft CreateDraft(Snapshot? parent)
    {
        _onWrite();
        if (parent is not null && Find(parent.Id) is null) throw new StoreException($"snapshot {parent.Id} is not in the store any more");
        string path = Path.Combine(Directory, DraftPrefix + _owner.NewName());
        PendingSnapshot draft = new(this, path, parent);
        try
        {
            draft.Fill();
            return draft;
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            draft.Dispose();
            throw StoreFault.Explain("can't begin a snapshot", path, error);
        }
        catch
        {
            draft.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The directories that make the tree, topmost first, relative to <see cref="Directory"/>. Overlay: one per snapshot of the
    /// chain. Copy: exactly one.
    /// </summary>
    /// <exception cref="StoreException">The snapshot or one below it is gone.</exception>
    public IReadOnlyList<string> LayerDirectories(Snapshot snapshot)
    {
        List<string> directories = [Path.Combine(snapshot.Id, TreeName)];
        if (Kind == SnapshotKind.Copy) return directories;
        for (Snapshot current = snapshot; current.ParentId is { } parent;)
        {
            current = FindOne(parent) ?? throw new StoreException($"snapshot {parent}, which {snapshot.Id} stands on, is not in the store any more");
            directories.Add(Path.Combine(current.Id, TreeName));
            if (directories.Count > MaxChain) throw new StoreException($"snapshot {snapshot.Id} stands on more than {MaxChain} others");
        }

        return directories;
    }

    /// <summary>
    /// Removes a snapshot at once for everybody, then its files. Whoever calls makes sure that nothing stands on it or uses it.
    /// Files this process may not remove are left for a session that may.
    /// </summary>
    /// <exception cref="StoreException">It can't be removed.</exception>
    public void Delete(string id)
    {
        if (!ShortId.IsValid(id)) return;
        string path = Path.Combine(Directory, id);
        _known.Remove(id);
        _leases.Release(path);
        if (!System.IO.Directory.Exists(path)) return;
        string away = _owner.NewTemporaryPath();
        try
        {
            System.IO.Directory.Move(path, away);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't remove a snapshot", path, error);
        }

        Leftovers.TryRemove(away);
    }

    /// <summary>How the snapshots in a directory are kept, as far as they tell; null when there are none.</summary>
    internal static SnapshotKind? GuessKind(string directory)
    {
        List<string> found = [.. System.IO.Directory.EnumerateDirectories(directory).Where(d => ShortId.IsValid(Path.GetFileName(d)))];
        if (found.Count == 0) return null;

        // A copy of a parent has a marker; what stands on nothing is the same in both kinds.
        return found.Any(d => File.Exists(Path.Combine(d, MarkerName))) ? SnapshotKind.Copy : SnapshotKind.Overlay;
    }

    /// <summary>Whether there is a snapshot, without beginning to use it.</summary>
    internal bool Exists(string id) => ShortId.IsValid(id) && System.IO.Directory.Exists(Path.Combine(Directory, id, TreeName));

    /// <summary>Ends this process's use of a snapshot.</summary>
    internal void Release(string id) => _leases.Release(Path.Combine(Directory, id));

    /// <summary>Makes a snapshot count as absent from now on; whoever uses it keeps its files.</summary>
    internal void Condemn(string id)
    {
        _known.Remove(id);
        string path = Path.Combine(Directory, id);
        File.Delete(Path.Combine(path, FileName));
        _leases.Release(path);
    }

    /// <summary>Ids of all snapshots, in no order.</summary>
    public IEnumerable<string> List() =>
        System.IO.Directory.EnumerateDirectories(Directory).Select(path => Path.GetFileName(path)).Where(ShortId.IsValid);

    /// <inheritdoc/>
    public void Dispose()
    {
        _known.Dispose();
        _leases.Dispose();
    }

    /// <summary>
    /// Removes a snapshot nobody uses: none stands on it and no living process has found or made it. False, and nothing happens, when that isn't so.
    /// </summary>
    /// <param name="id">Which.</param>
    /// <param name="hasChildren">Asked while nobody can begin to use it.</param>
    internal bool TryEvict(string id, Func<bool> hasChildren)
    {
        string path = Path.Combine(Directory, id);
        string away;
        using (FileLock? alone = FileLock.Hold(path, FileLockKind.Exclusive, wait: false))
        {
            if (alone is null || hasChildren()) return false;
            _known.Remove(id);
            away = _owner.NewTemporaryPath();
            System.IO.Directory.Move(path, away);
        }

        return Leftovers.TryRemove(away);
    }

    /// <summary>What a snapshot stands on and when it was made and used, without beginning to use it; null when it can't be read.</summary>
    internal SnapshotFacts? Look(string id)
    {
        string path = Path.Combine(Directory, id, FileName);
        return ReadFile(id) is { } file ? new SnapshotFacts(file.ParentId, file.CreatedAt, LastUse.OfModification(path, file.CreatedAt)) : null;
    }

    /// <summary>
    /// Copy only: the file whose ctime ends the copying of the parent; what changed later carries a later ctime. Null when nothing was copied.
    /// </summary>
    internal string? MarkerOf(Snapshot snapshot)
    {
        string path = Path.Combine(Directory, snapshot.Id, MarkerName);
        return File.Exists(path) ? path : null;
    }

    /// <summary>Makes a filled draft visible.</summary>
    internal Snapshot Publish(string draft, Snapshot? parent, DateTimeOffset? createdAt = null)
    {
        DateTimeOffset now = _time.GetUtcNow();
        SnapshotFile file = new(parent?.Id, createdAt < now ? createdAt.Value : now, _boot);
        StoreFiles.WriteNew(Path.Combine(draft, FileName), SealedJson.Write(file, StoreJsonContext.Default.SnapshotFile), durable: false);
        LastUse.Note(Path.Combine(draft, FileName), _time);
        if (_boot is null) Settle([draft]);
        while (true)
        {
            string id = ShortId.New(IdLength);
            string path = Path.Combine(Directory, id);
            if (System.IO.Directory.Exists(path)) continue;

            // Before it can be seen, so that nobody takes it for unused.
            FileLock lease = FileLock.Hold(draft, FileLockKind.Shared, wait: true) ?? throw new DirectoryNotFoundException($"'{draft}' was taken away");
            _leases.Adopt(path, lease);
            try
            {
                System.IO.Directory.Move(draft, path);
            }
            catch
            {
                _leases.Release(path);
                throw;
            }

            Snapshot snapshot = new(id, parent?.Id, file.CreatedAt);
            Remember(snapshot);
            return snapshot;
        }
    }

    /// <summary>Absolute path of what a snapshot changed in the tree it stands on, or of its whole tree where snapshots are copies.</summary>
    public string OwnTreeOf(Snapshot snapshot) => TreeOf(snapshot);

    /// <summary>
    /// Lets a draft have names of a snapshot's files, which nobody may write to then; false where the file system can't do that. From now on each of
    /// the two takes only its part of the room of such files.
    /// </summary>
    /// <param name="snapshot">A snapshot of this store.</param>
    /// <param name="draft">A draft of this store.</param>
    public bool TryShare(Snapshot snapshot, SnapshotDraft draft)
    {
        if (draft is not PendingSnapshot pending) return false;
        try
        {
            SnapshotSizes.Share(Path.Combine(Directory, snapshot.Id), pending.Path);
            return true;
        }
        catch (SyscallException error) when (error.Errno is Errno.EPERM or Errno.EMLINK or Errno.EXDEV or Errno.EOPNOTSUPP or Errno.EROFS)
        {
            return false;
        }
    }

    /// <summary>Absolute path of a snapshot's own tree.</summary>
    internal string TreeOf(Snapshot snapshot) => Path.Combine(Directory, snapshot.Id, TreeName);

    /// <summary>
    /// Marks the snapshots of this boot that were committed before a moment as settled on the disk. Until then they don't survive a power
    /// cut; waiting for the disk in each commit would cost more than executing a lost step again.
    /// </summary>
    internal void Settle(DateTimeOffset before, CancellationToken cancellationToken)
    {
        List<string> unsettled = [];
        foreach (string id in List())
        {
            cancellationToken.ThrowIfCancellationRequested();
            string directory = Path.Combine(Directory, id);
            if (File.Exists(Path.Combine(directory, SettledName))) continue;
            if (ReadFile(id) is { } file && IsOfThisBoot(file) && file.CreatedAt < before) unsettled.Add(directory);
        }

        if (unsettled.Count > 0) Settle(unsettled);
    }

    private void Settle(List<string> directories)
    {
        using (DirectoryHandle handle = DirectoryHandle.Open(Directory)) FileSync.FileSystem(handle);
        foreach (string directory in directories) File.Create(Path.Combine(directory, SettledName)).Dispose();
    }

    private SnapshotFile? ReadFile(string id) =>
        StoreFiles.ReadJson(Path.Combine(Directory, id, FileName), StoreJsonContext.Default.SnapshotFile, MaxFileSize);

    private Snapshot? FindOne(string id)
    {
        if (!ShortId.IsValid(id) || !System.IO.Directory.Exists(Path.Combine(Directory, id, TreeName))) return null;
        if (_known.TryGetValue(id, out Snapshot? known)) return known;
        if (ReadFile(id) is not { } file || !IsWhole(id, file)) return null;
        Snapshot snapshot = new(id, file.ParentId, file.CreatedAt);
        Remember(snapshot);
        return snapshot;
    }

    private bool IsOfThisBoot(SnapshotFile file) => _boot is not null && file.Boot == _boot;

    private bool IsWhole(string id, SnapshotFile file) => IsOfThisBoot(file) || File.Exists(Path.Combine(Directory, id, SettledName));

    private void Remember(Snapshot snapshot) => _known.Set(snapshot.Id, snapshot, new MemoryCacheEntryOptions { Size = 1 });
}
