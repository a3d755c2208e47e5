using System.Collections.Concurrent;
using Builder.Linux.Files;

namespace Builder.Cache.Storage;

/// <summary>
/// What this process uses: a shared lock on each file or directory of the store that it has found or made, held for life. Who wants to
/// remove something takes the lock exclusively, and doesn't get it.
/// </summary>
internal sealed class Leases : IDisposable
{
    private readonly ConcurrentDictionary<string, FileLock> _held = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (string path in _held.Keys) Release(path);
    }

    /// <summary>Whether this process has a lease on it.</summary>
    internal bool Has(string path) => _held.ContainsKey(path);

    /// <summary>Takes a lease when there is something; true when it is a new one.</summary>
    internal bool Take(string path)
    {
        if (_held.ContainsKey(path)) return false;
        if (FileLock.Hold(path, FileLockKind.Shared, wait: true) is not { } taken) return false;
        if (_held.TryAdd(path, taken)) return true;
        taken.Dispose();
        return false;
    }

    /// <summary>Keeps a lease that was taken under another name.</summary>
    internal void Adopt(string path, FileLock held)
    {
        Release(path);
        if (!_held.TryAdd(path, held)) held.Dispose();
    }

    /// <summary>Gives a lease back; nothing when there is none.</summary>
    internal void Release(string path)
    {
        if (_held.TryRemove(path, out FileLock? held)) held.Dispose();
    }
}
