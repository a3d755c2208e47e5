using Builder.Cache.Images;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Usage;

/// <summary>What a store takes, making room in it, and keeping its limits.</summary>
public sealed class StorePruner : IDisposable
{
    private readonly BuilderStore _store;
    private readonly UsageReader _reader;
    private readonly Evictor _evictor;
    private readonly CapacityGuard? _guard;
    private readonly StoreLayout _layout;
    private readonly StoreOwner _owner;
    private readonly Lazy<Task>? _guarding;

    internal StorePruner(StoreLayout layout, StoreOwner owner, BuilderStore store, StoreSettings settings, TimeProvider time, CancellationToken closed)
    {
        (_layout, _owner, _store) = (layout, owner, store);
        SnapshotSizes sizes = new(layout.Snapshots, time);
        StoreMeter meter = new(layout, sizes, time);
        _reader = new UsageReader(layout, store.Snapshots, sizes, store.Blobs, store.Images, store.Records, store.Layers, meter);
        _evictor = new Evictor(layout, owner, store.Snapshots, store.Blobs, store.Images);
        if (!settings.Limits.Any) return;
        _guard = new CapacityGuard(layout, owner, settings, meter, _reader, _evictor, store.Images, time, closed);
        _guarding = new Lazy<Task>(() => Task.Factory.StartNew(_guard.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    /// <summary>Canceled when the store can't keep its limit any more; <see cref="Explain"/> says why.</summary>
    public CancellationToken Exhausted => _guard?.Exhausted ?? CancellationToken.None;

    /// <summary>What the store holds. Nothing of it becomes in use by that.</summary>
    /// <exception cref="StoreException">It can't be read.</exception>
    public StoreUsage Read()
    {
        try
        {
            return _reader.Read();
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't measure the store", _layout.Root, error);
        }
    }

    /// <summary>Allocated bytes of a directory of the store, such as a container's.</summary>
    public static long Measure(string directory) => TreeUsage.Of(directory);

    /// <summary>Removes things of the cache, least recently used first, never what a living process uses.</summary>
    /// <param name="candidates">What may go.</param>
    /// <param name="isEnough">Asked before each, with the bytes freed so far.</param>
    /// <param name="cancellationToken">Stops between two.</param>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<UsageItem> Remove(IEnumerable<UsageItem> candidates, Func<long, bool> isEnough, CancellationToken cancellationToken)
    {
        try
        {
            return _evictor.Remove(candidates, isEnough, cancellationToken);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't remove from the store", _layout.Root, error);
        }
    }

    /// <summary>Removes an image with its names, and the blobs only it used, unless a living process uses it. The freed bytes; null when it is in use.</summary>
    public long? RemoveImage(StoredImage image)
    {
        _store.Blobs.Release(image.Id);
        foreach (Digest layer in image.Layers.Select(l => l.BlobDigest)) _store.Blobs.Release(layer);
        return _evictor.RemoveImage(image) is > 0 and var freed ? freed : null;
    }

    /// <summary>Removes what processes left that died.</summary>
    public void RemoveLeftovers(CancellationToken cancellationToken) => new Leftovers(_layout, _owner).Collect(cancellationToken);

    /// <summary>Removes descriptions of results that were evicted; until then they tell why a step is executed again.</summary>
    /// <param name="before">Only what was written before.</param>
    /// <param name="cancellationToken">Stops between two.</param>
    public void RemoveStale(DateTimeOffset before, CancellationToken cancellationToken)
    {
        _store.Records.RemoveStale(before, cancellationToken);
        _store.Layers.RemoveStaleChains(before, cancellationToken);
    }

    /// <summary>Makes sure, before something is written, that the store keeps its limit.</summary>
    /// <exception cref="StoreException">It can't any more.</exception>
    internal void BeforeWrite()
    {
        KeepLimits();
        _guard?.Check();
        if (_guard?.Reason is { } reason) throw new StoreException(reason);
    }

    /// <summary>What to tell when work was stopped because the store can't keep its limit.</summary>
    public StoreException Explain(Exception error) => new(_guard?.Reason ?? error.Message, error);

    /// <inheritdoc/>
    public void Dispose()
    {
        // It looks at the store, so it has to be gone before the store is.
        if (_guarding is { IsValueCreated: true }) _guarding.Value.Wait();
        _guard?.Dispose();
    }

    /// <summary>Begins to keep the limits; whatever writes blobs or snapshots does so by itself.</summary>
    public void KeepLimits() => _ = _guarding?.Value;
}
