using Builder.Linux.Files;

namespace Builder.Cache.Storage;

/// <summary>A directory of <c>RUN --mount=type=cache</c> and the lock of who has it.</summary>
/// <param name="Data">What steps see.</param>
/// <param name="Lock">Held by who has it; its modification time is that of the last use.</param>
public sealed record CacheMountDirectory(string Data, string Lock)
{
    /// <summary>Where a store keeps them, below its root.</summary>
    public const string HomesName = "cachemounts";

    private const string DataPrefix = "data-";
    private const string LockPrefix = "lock-";

    /// <summary>One of the directories that belong to an id.</summary>
    /// <param name="home">What belongs to the id.</param>
    /// <param name="number">0, or more where each step has its own.</param>
    public static CacheMountDirectory Of(string home, int number) =>
        new(Path.Combine(home, $"{DataPrefix}{number}"), Path.Combine(home, $"{LockPrefix}{number}"));

    /// <summary>Notes that it is used now.</summary>
    public void NoteUse(TimeProvider time) => LastUse.Note(Lock, time);

    internal static IEnumerable<CacheMountDirectory> List(string homes) => !Directory.Exists(homes)
        ? []
        : Directory.EnumerateDirectories(homes).SelectMany(home => Directory.EnumerateDirectories(home, DataPrefix + "*")
            .Select(data => new CacheMountDirectory(data, Path.Combine(home, LockPrefix + Path.GetFileName(data)[DataPrefix.Length..]))));

    /// <summary>Removes it when nobody has it; false when somebody does.</summary>
    internal bool TryEvict(StoreOwner owner)
    {
        string away = owner.NewTemporaryPath();
        using (FileLock? alone = FileLock.TryAcquire(Lock, FileLockKind.Exclusive))
        {
            if (alone is null || !Directory.Exists(Data)) return false;
            Directory.Move(Data, away);
        }

        return Leftovers.TryRemove(away);
    }
}
