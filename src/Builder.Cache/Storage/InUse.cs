using Builder.Linux.Files;

namespace Builder.Cache.Storage;

/// <summary>Tells whether anybody has a lease on something.</summary>
internal static class InUse
{
    /// <summary>Whether a living process uses a file or directory of the store; false when it isn't there.</summary>
    internal static bool Probe(string path)
    {
        using FileLock? alone = FileLock.Hold(path, FileLockKind.Exclusive, wait: false);
        return alone is null && Path.Exists(path);
    }
}
