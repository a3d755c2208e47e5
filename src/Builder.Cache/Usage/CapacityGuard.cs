using System.Globalization;
using Builder.Cache.Images;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Usage;

/// <summary>
/// Keeps a store within its limits while it is written to: looks at the file system many times a second, and makes room before there is none.
/// When everything that is left is in use, the one process that finds out gives up, so that the others can go on.
/// </summary>
internal sealed class CapacityGuard : IDisposable
{
    // Of the limit: where making room begins, where it ends, and where there is no going on.
    private const double High = 0.84;
    private const double Low = 0.72;
    private const double Hard = 0.95;

    private const int MostFailures = 100;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(400);

    private readonly StoreLayout _layout;
    private readonly StoreOwner _owner;
    private readonly StoreSettings _settings;
    private readonly StoreMeter _meter;
    private readonly UsageReader _reader;
    private readonly Evictor _evictor;
    private readonly ImageStore _images;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _exhausted = new();
    private readonly CancellationToken _closed;
    private readonly bool _canRemoveTrees = Environment.IsPrivilegedProcess;
    private readonly Lock _looking = new();
    private FileLock? _surrender;
    private int _failures;
    private long _measured;
    private long _freeThen;
    private long _nextLook;
    private long _lookedAt;
    private TimeSpan _pause = Period;

    internal CapacityGuard(
        StoreLayout layout, StoreOwner owner, StoreSettings settings, StoreMeter meter, UsageReader reader, Evictor evictor, ImageStore images, TimeProvider time,
        CancellationToken closed)
    {
        (_layout, _owner, _settings, _meter, _reader, _evictor, _images, _time, _closed) = (layout, owner, settings, meter, reader, evictor, images, time, closed);
        Exhausted = _exhausted.Token;
    }

    /// <summary>Canceled when the limit can't be kept any more.</summary>
    internal CancellationToken Exhausted { get; }

    /// <summary>Why, when it can't.</summary>
    internal string? Reason { get; private set; }

    private StoreLimits Limits => _settings.Limits;

    private long Free => new DriveInfo(_layout.Root).AvailableFreeSpace;

    /// <inheritdoc/>
    public void Dispose()
    {
        _surrender?.Dispose();
        _exhausted.Dispose();
    }

    /// <summary>Keeps the limits until the store is closed or can't keep them.</summary>
    internal void Run()
    {
        do
        {
            if (_lookedAt == 0 || _time.GetElapsedTime(_lookedAt) > _pause || IsTimeToLook()) TryLook();
        }
        while (!_closed.WaitHandle.WaitOne(Poll) && Reason is null);
    }

    /// <summary>Makes room before something is written when there is none; whoever writes waits for it.</summary>
    internal void Check()
    {
        if (Reason is null && (_lookedAt == 0 || IsTimeToLook())) TryLook();
    }

    private void TryLook()
    {
        try
        {
            lock (_looking) Look();
            _failures = 0;
        }
        catch (OperationCanceledException)
        {
            // The store is being closed.
        }
        catch (Exception error) when (StoreFault.IsStorageError(error) || error is StoreException)
        {
            // Something went away while it was looked at, which happens beside other processes; but not again and again.
            if (Interlocked.Increment(ref _failures) == MostFailures) GiveUp($"the store's limit can't be kept: {error.Message}");
        }
    }

    private void Look()
    {
        if (Reason is not null) return;
        long began = _time.GetTimestamp();
        (_freeThen, _measured) = (Free, _meter.Total());
        if (Excess() > 0) Enforce();
        _nextLook = Limits.MaxBytes is { } max ? Math.Max((long)(max * High), _measured + (((long)(max * Hard) - _measured) / 4)) : long.MaxValue;
        _lookedAt = _time.GetTimestamp();
        TimeSpan cost = _time.GetElapsedTime(began, _lookedAt);
        _pause = cost * 10 > Period ? cost * 10 : Period;
    }

    private bool IsTimeToLook()
    {
        long free = Free;
        return _measured + Math.Max(0, _freeThen - free) > _nextLook || (free < Limits.MinFreeBytes && free < _freeThen);
    }

    private void GiveUp(string reason)
    {
        Reason = reason;
        _exhausted.Cancel();
    }

    private long Excess()
    {
        long excess = Limits.MaxBytes is { } max && _measured > max * High ? _measured - (long)(max * Low) : 0;
        return Limits.MinFreeBytes is { } minimum && _freeThen < minimum ? Math.Max(excess, minimum + (minimum / 8) - _freeThen) : excess;
    }

    private void Enforce()
    {
        // Another process does it; what it can't do is seen the next time.
        FileLock? only = FileLock.TryAcquire(_layout.EvictionLock, FileLockKind.Exclusive);
        if (only is null) return;
        try
        {
            long before;
            do
            {
                before = _measured;
                MakeRoom(Excess());
                (_freeThen, _measured) = (Free, _meter.Total());
            }
            while (Excess() > 0 && _measured < before); // what several snapshots have together goes with the last of them

            if (Limits.MaxBytes is not { } max || _measured <= max * Hard) return;

            // Nobody else gives up while this one does.
            (_surrender, only) = (only, null);
            GiveUp($"the store '{_layout.Root}' has reached its limit of {max.ToString("N0", CultureInfo.InvariantCulture)} bytes, and all that is left in it is in use: "
                + "raise BUILDER_CACHE_MAX, or remove images and containers that are not needed");
        }
        finally
        {
            only?.Dispose();
        }
    }

    private void MakeRoom(long wanted)
    {
        long freed = _meter.Unfinished();
        new Leftovers(_layout, _owner).Collect(_closed);
        freed -= _meter.Unfinished();
        if (freed >= wanted) return;
        IEnumerable<UsageItem> items = _reader.Items(_images.References(), details: false);
        if (!_canRemoveTrees) items = items.Where(i => i.Kind == UsageKind.Blob);
        long before = Math.Max(0, freed);
        freed = before + _evictor.Remove(items, sum => before + sum >= wanted, _closed).Sum(i => i.Size);
        foreach ((StoredImage image, string? name) in EvictableImages())
        {
            if (freed >= wanted) return;
            long size = _evictor.RemoveImage(image);
            if (size > 0 && name is not null) _settings.OnImageEvicted(name);
            freed += size;
        }
    }

    // Those without a name first, then least recently used first.
    private List<(StoredImage Image, string? Name)> EvictableImages()
    {
        IReadOnlySet<Digest> used = _settings.ImagesOfContainers();
        return
        [
            .. _images.List()
                .Where(i => !used.Contains(i.Image.Id) && (i.Names.Count == 0 || !Limits.KeepNamedImages))
                .OrderBy(i => i.Names.Count > 0).ThenBy(i => _images.LastUsed(i.Image))
                .Select(i => (i.Image, i.Names is [var first, ..] ? first.FamiliarName : null)),
        ];
    }
}
