using Builder.Linux.Files;

namespace Builder.Cache.Storage;

/// <summary>When things were used last, kept as times of files.</summary>
internal static class LastUse
{
    /// <summary>Notes a use as the modification time of a file whose content never changes.</summary>
    internal static void Note(string path, TimeProvider time) => Set(path, accessed: null, Of(time.GetUtcNow()));

    /// <summary>When a file noted by <see cref="Note"/> was used.</summary>
    internal static DateTimeOffset OfModification(string path, DateTimeOffset otherwise) =>
        FileTimes.Find(path) is { } status ? From(status.Modified) : otherwise;

    internal static FileTime Of(DateTimeOffset time)
    {
        long ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        return new FileTime(ticks / TimeSpan.TicksPerSecond, (int)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick));
    }

    internal static DateTimeOffset From(FileTime time) =>
        DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(time.Seconds, 0, 253_000_000_000)).AddTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>Sets times where that is possible.</summary>
    internal static void Set(string path, FileTime? accessed, FileTime? modified)
    {
        try
        {
            FileTimes.Set(path, accessed, modified);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            // The store is read-only, or the file went away: only the order of eviction could suffer, and there is none then.
        }
    }
}
