using Builder.Cache.Blobs;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Tar;

namespace Builder.Cache.Layers;

/// <summary>The way between snapshots and layer blobs, both directions, with bounded memory.</summary>
/// <remarks>
/// What blob a snapshot is, is kept beside it in <c>layer.json</c>; what snapshot a stack of layers is, in a file named by its chain id.
/// Both are only a memory: when one is lost or damaged, or what it names is gone, the work is done again.
/// </remarks>
public sealed class LayerStore
{
    private const string FileName = "layer.json";
    private const int MaxFileSize = 4096;
    private const int BufferSize = 128 * 1024;

    private readonly StoreLayout _layout;
    private readonly StoreOwner _owner;
    private readonly BlobStore _blobs;

    internal LayerStore(StoreLayout layout, StoreOwner owner, SnapshotStore snapshots, BlobStore blobs) =>
        (_layout, _owner, Snapshots, _blobs) = (layout, owner, snapshots, blobs);

    internal SnapshotStore Snapshots { get; }

    /// <summary>The layer of a snapshot: made by one pass over what it changed, once, then remembered.</summary>
    /// <exception cref="StoreException">The snapshot is gone, holds what a layer can't, or the disk is full.</exception>
    public async Task<LayerBlob> EnsureBlobAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        if (FindBlob(snapshot) is { } known) return known;
        string lockFile = _layout.WorkLock("layer-" + snapshot.Id);
        using FileLock held = await FileLock.AcquireAsync(lockFile, FileLockKind.Exclusive, cancellationToken);
        try
        {
            return FindBlob(snapshot) ?? await Task.Run(() => Make(snapshot, cancellationToken), cancellationToken);
        }
        finally
        {
            File.Delete(lockFile);
        }
    }

    /// <summary>The layer of a snapshot when it is known already, else null.</summary>
    public LayerBlob? FindBlob(Snapshot snapshot)
    {
        LayerBlob? blob = Remembered(snapshot)?.ToBlob();
        return blob is not null && _blobs.Contains(blob.BlobDigest) ? blob : null;
    }

    /// <summary>The layer of a snapshot as it is remembered, whether its blob is there or not.</summary>
    internal LayerBlob? Recall(Snapshot snapshot) => Remembered(snapshot)?.ToBlob();

    /// <summary>Removes what is known of chains whose snapshot was evicted.</summary>
    internal void RemoveStaleChains(DateTimeOffset before, CancellationToken cancellationToken)
    {
        foreach (string path in Directory.EnumerateFiles(_layout.Chains))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (LastUse.OfModification(path, before) >= before) continue;
            ChainFile? file = StoreFiles.ReadJson(path, StoreJsonContext.Default.ChainFile, MaxFileSize);
            if (file is null || !Snapshots.Exists(file.SnapshotId)) Leftovers.TryRemove(path);
        }
    }

    /// <summary>Whether a snapshot's files still give the layer that was made of them; null when none was.</summary>
    internal bool? MatchesOwnLayer(Snapshot snapshot, CancellationToken cancellationToken)
    {
        if (Remembered(snapshot) is not { IsOwn: true } own) return null;
        using HashingWriteStream hash = new();
        using BufferedStream buffered = new(hash, BufferSize);
        using (SnapshotChanges changes = SnapshotChanges.Open(Snapshots, snapshot)) LayerWriter.Write(changes.Enumerate(), buffered, cancellationToken);
        buffered.Flush();
        return hash.Finish().ToString() == own.DiffId;
    }

    /// <summary>The snapshot of a chain of layers, unpacked when it isn't there yet (found again by chain id). Null for no layers.</summary>
    /// <param name="layers">Base first.</param>
    /// <param name="cancellationToken">Ends it; the layers that are whole by then are kept.</param>
    /// <exception cref="StoreException">A layer is damaged, hostile or does not match its diff id.</exception>
    public Task<Snapshot?> UnpackAsync(EquatableArray<LayerBlob> layers, CancellationToken cancellationToken) =>
        UnpackAsync(layers, supply: null, [], cancellationToken);

    /// <summary>The same for layers whose blobs need not be in the store.</summary>
    /// <param name="layers">Base first.</param>
    /// <param name="supply">Brings the blobs of the layers that really have to be unpacked.</param>
    /// <param name="times">When each of the layers was made, where that is known.</param>
    /// <param name="cancellationToken">Ends it; the layers that are whole by then are kept.</param>
    /// <exception cref="StoreException">A layer is damaged, hostile or does not match its diff id.</exception>
    public async Task<Snapshot?> UnpackAsync(
        EquatableArray<LayerBlob> layers,
        Func<IReadOnlyList<LayerBlob>, CancellationToken, Task>? supply,
        IReadOnlyList<DateTimeOffset?> times,
        CancellationToken cancellationToken)
    {
        List<Digest> chain = ChainId.Compute(layers.Select(l => l.DiffId));
        int done = chain.Count;
        Snapshot? snapshot = null;
        while (done > 0 && (snapshot = FindChain(chain[done - 1])) is null) done--;
        if (supply is not null && done < chain.Count) await supply([.. layers.Skip(done).Where(l => !_blobs.Contains(l.BlobDigest))], cancellationToken);
        for (; done < chain.Count; done++)
            snapshot = await EnsureUnpackedAsync(chain[done], layers[done], snapshot, done < times.Count ? times[done] : null, cancellationToken);
        return snapshot;
    }

    /// <summary>Puts a snapshot's own layer on top of another one. The result's layer is that same layer.</summary>
    /// <param name="layer">Whose changes are taken; null for none.</param>
    /// <param name="parent">What they are put on; null for nothing.</param>
    /// <param name="cancellationToken">Ends it; nothing is left then.</param>
    /// <exception cref="StoreException">A snapshot is gone, or the disk is full.</exception>
    public async Task<Snapshot> MergeAsync(Snapshot? layer, Snapshot? parent, CancellationToken cancellationToken)
    {
        if (layer is null)
        {
            using SnapshotDraft nothing = Snapshots.CreateDraft(parent);
            return nothing.Commit();
        }

        LayerBlob blob = await EnsureBlobAsync(layer, cancellationToken);
        return await Task.Run(
            () =>
            {
                using SnapshotDraft draft = Snapshots.CreateDraft(parent);
                try
                {
                    return Extract(blob, draft, createdAt: null, cancellationToken);
                }
                catch (Exception error) when (StoreFault.IsStorageError(error))
                {
                    throw StoreFault.Explain("can't merge a layer", draft.TreeDirectory, error);
                }
            },
            cancellationToken);
    }

    /// <summary>Shows every entry of a layer, with its content.</summary>
    /// <exception cref="StoreException">The blob is gone or damaged.</exception>
    public void ReadEntries(LayerBlob layer, Action<TarEntry, Stream> onEntry, CancellationToken cancellationToken)
    {
        try
        {
            using Stream blob = _blobs.OpenRead(layer.BlobDigest);
            using var reader = new TarReader(new BufferedStream(SystemCodecs.Layers.Open(blob).Content, BufferSize));
            while (reader.ReadEntry() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                onEntry(entry, reader.Content);
            }
        }
        catch (TarFormatException error)
        {
            throw new StoreException($"layer {layer.DiffId}: {error.Message}", error);
        }
    }

    private string LayerFileOf(Snapshot snapshot) => Path.Combine(Snapshots.Directory, snapshot.Id, FileName);

    private LayerFile? Remembered(Snapshot snapshot) =>
        StoreFiles.ReadJson(LayerFileOf(snapshot), StoreJsonContext.Default.LayerFile, MaxFileSize);

    // Without its description a snapshot counts as absent; its files go with the next pruning.
    private StoreException Damaged(Snapshot snapshot)
    {
        Snapshots.Condemn(snapshot.Id);
        return new StoreException($"snapshot {snapshot.Id} is damaged: its files are not those its layer was made of before; it was taken out of the cache: build again");
    }

    private LayerBlob Make(Snapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            using BlobWriter writer = _blobs.Create();
            BufferedStream buffered = new(writer, BufferSize);
            using (SnapshotChanges changes = SnapshotChanges.Open(Snapshots, snapshot)) LayerWriter.Write(changes.Enumerate(), buffered, cancellationToken);
            buffered.Flush();
            long size = writer.Length;
            Digest digest = writer.Commit();
            LayerBlob blob = new(digest, digest, size, MediaTypes.OciLayer);
            if (Remembered(snapshot) is { IsOwn: true } earlier && earlier.DiffId != digest.ToString()) throw Damaged(snapshot);
            Remember(snapshot, blob, isOwn: true);
            return blob;
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't make a layer", Snapshots.TreeOf(snapshot), error);
        }
    }

    private void Remember(Snapshot snapshot, LayerBlob blob, bool isOwn) => StoreFiles.ReplaceJson(
        _owner, LayerFileOf(snapshot), LayerFile.From(blob) with { IsOwn = isOwn ? true : null }, StoreJsonContext.Default.LayerFile, durable: false);

    private Snapshot? FindChain(Digest chainId)
    {
        ChainFile? file = StoreFiles.ReadJson(_layout.ChainFile(chainId), StoreJsonContext.Default.ChainFile, MaxFileSize);
        return file is null ? null : Snapshots.Find(file.SnapshotId);
    }

    private async Task<Snapshot> EnsureUnpackedAsync(Digest chainId, LayerBlob layer, Snapshot? parent, DateTimeOffset? createdAt, CancellationToken cancellationToken)
    {
        string lockFile = _layout.WorkLock("chain-" + chainId.Hex);
        using FileLock held = await FileLock.AcquireAsync(lockFile, FileLockKind.Exclusive, cancellationToken);
        try
        {
            return FindChain(chainId) ?? await Task.Run(() => Unpack(chainId, layer, parent, createdAt, cancellationToken), cancellationToken);
        }
        finally
        {
            File.Delete(lockFile);
        }
    }

    private Snapshot Unpack(Digest chainId, LayerBlob layer, Snapshot? parent, DateTimeOffset? createdAt, CancellationToken cancellationToken)
    {
        using SnapshotDraft draft = Snapshots.CreateDraft(parent);
        try
        {
            Snapshot snapshot = Extract(layer, draft, createdAt, cancellationToken);
            StoreFiles.ReplaceJson(_owner, _layout.ChainFile(chainId), new ChainFile(snapshot.Id), StoreJsonContext.Default.ChainFile, durable: false);
            return snapshot;
        }
        catch (Exception error) when (error is StoreException or OciFormatException || StoreFault.IsStorageError(error))
        {
            throw new StoreException($"layer {layer.DiffId}: {error.Message}", error);
        }
    }

    private Snapshot Extract(LayerBlob layer, SnapshotDraft draft, DateTimeOffset? createdAt, CancellationToken cancellationToken)
    {
        try
        {
            ExtractContent(layer, draft, cancellationToken);
        }
        catch (Exception error) when (error is StoreException or OciFormatException or TarFormatException && _blobs.RemoveDamaged(layer.BlobDigest))
        {
            throw new StoreException($"blob {layer.BlobDigest} was damaged and has been removed from the store", error);
        }

        Snapshot snapshot = draft.Commit(createdAt);
        Remember(snapshot, layer, isOwn: false);
        return snapshot;
    }

    private void ExtractContent(LayerBlob layer, SnapshotDraft draft, CancellationToken cancellationToken)
    {
        // What comes out is verified, which says more than verifying what goes in.
        using Stream blob = _blobs.OpenUnverified(layer.BlobDigest);
        using HashingReadStream content = new(SystemCodecs.Layers.Open(blob).Content);
        using SnapshotTarget target = new(draft.TreeDirectory, Snapshots.Kind, LowerDirectories(draft.Parent));
        LayerExtractor.Extract(new BufferedStream(content, BufferSize), target, cancellationToken);
        Digest found = content.Finish(cancellationToken);
        if (found != layer.DiffId) throw new StoreException($"its content has the diff id {found}");
    }

    private IReadOnlyList<string> LowerDirectories(Snapshot? parent) => parent is null
        ? []
        : [.. Snapshots.LayerDirectories(parent).Select(d => Path.Combine(Snapshots.Directory, d))];
}
