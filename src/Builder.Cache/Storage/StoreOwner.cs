using System.Globalization;
using Builder.Linux;
using Builder.Linux.Files;

namespace Builder.Cache.Storage;

/// <summary>
/// An open store as other processes see it: a token and a lock on a file of that name, held for life. Everything unfinished carries the
/// token, so whoever finds it can tell by the lock whether its maker still lives.
/// </summary>
internal sealed class StoreOwner : IDisposable
{
    private const int TokenLength = 6;
    private readonly StoreLayout _layout;
    private readonly FileLock? _lock;
    private long _count;

    private StoreOwner(StoreLayout layout, string token, FileLock? ownLock) => (_layout, Token, _lock) = (layout, token, ownLock);

    internal string Token { get; }

    /// <summary>Whether the store can't be written to: nothing is announced then, since nobody can remove anything either.</summary>
    internal bool IsReadOnly => _lock is null;

    /// <summary>Announces this process; waits while another one collects.</summary>
    internal static StoreOwner Announce(StoreLayout layout)
    {
        // Between making the file and locking it, it would look like that of a dead process; the gate keeps collectors out.
        using FileLock? gate = PassGate(layout);
        if (gate is null) return new StoreOwner(layout, ShortId.New(TokenLength), ownLock: null);
        while (true)
        {
            string token = ShortId.New(TokenLength);
            string path = layout.OwnerLock(token);
            if (File.Exists(path)) continue;
            if (FileLock.TryAcquire(path, FileLockKind.Exclusive) is { } ownLock) return new StoreOwner(layout, token, ownLock);
        }
    }

    /// <summary>The token in the name of something unfinished, or null when the name holds none.</summary>
    internal static string? TokenOf(string name)
    {
        int end = name.IndexOf('-', StringComparison.Ordinal);
        return end > 0 ? name[..end] : null;
    }

    /// <summary>A path in the store's temporary directory that nothing has.</summary>
    internal string NewTemporaryPath() => Path.Combine(_layout.Temporary, NewName());

    /// <summary>A name that says who made it.</summary>
    internal string NewName() => Token + "-" + Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_lock is null) return;
        File.Delete(_layout.OwnerLock(Token));
        _lock.Dispose();
    }

    // Null when a store is on a file system that is read-only.
    private static FileLock? PassGate(StoreLayout layout)
    {
        try
        {
            return FileLock.Acquire(layout.GateLock, FileLockKind.Shared);
        }
        catch (SyscallException error) when (error.Errno == Errno.EROFS && File.Exists(layout.VersionFile))
        {
            return null;
        }
    }
}
