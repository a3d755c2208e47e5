using System.Collections.Concurrent;
using System.Globalization;
using Builder.Cache.Storage;
using Builder.Cache.Usage;
using Builder.Linux;
using Builder.Linux.Files;

namespace Builder.Cache.Snapshots;

/// <summary>
/// Room that snapshots take. A tree never changes, so it is measured once: the size is kept as the name of an empty file beside it. One that has files
/// together with others is measured each time, since its part grows when another one goes.
/// </summary>
internal sealed class SnapshotSizes(string directory, TimeProvider time)
{
    private const string SizePrefix = "size-";

    // One file with a name beside each tree that has files together with others.
    private const string SharedName = "shared";

    private const int SharedMode = 0x180;

    // Until the kernel has written a file, it may take more or less room than in the end.
    private static readonly TimeSpan SettleAge = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, long> _trees = new(StringComparer.Ordinal);

    /// <summary>Notes that the trees beside two descriptions have files together from now on.</summary>
    /// <param name="from">A snapshot's directory.</param>
    /// <param name="into">A draft's.</param>
    /// <exception cref="SyscallException">The file system can't give a file another name.</exception>
    internal static void Share(string from, string into)
    {
        using DirectoryHandle source = DirectoryHandle.Open(from);
        using DirectoryHandle target = DirectoryHandle.Open(into);
        byte[] name = UnixPath.Encode(SharedName);
        try
        {
            source.CreateFile(name, SharedMode).Dispose();
        }
        catch (SyscallException error) when (error.Errno == Errno.EEXIST)
        {
            // It has files together with others already.
        }

        target.MakeHardLink(source, name, name);
        foreach (DirectoryEntry noted in source.List().Where(e => UnixPath.Decode(e.Name).StartsWith(SizePrefix, StringComparison.Ordinal)))
            File.Delete(Path.Combine(from, UnixPath.Decode(noted.Name)));
    }

    /// <summary>Allocated bytes of a snapshot with its descriptions; 0 when it isn't there.</summary>
    internal long Of(string id)
    {
        string path = Path.Combine(directory, id);
        try
        {
            using DirectoryHandle handle = DirectoryHandle.Open(path);
            FileStatus self = handle.StatSelf();
            long beside = self.Allocated;
            bool isShared = handle.TryStat(UnixPath.Encode(SharedName), out _);
            long? tree = isShared ? null : _trees.TryGetValue(id, out long known) ? known : null;
            foreach (DirectoryEntry entry in handle.List())
            {
                string name = UnixPath.Decode(entry.Name);
                if (name == SnapshotStore.TreeName || !handle.TryStat(entry.Name, out FileStatus status)) continue;
                if (status.IsDirectory) beside += TreeUsage.Of(Path.Combine(path, name));
                else beside += status.Allocated;
                if (!isShared && name.StartsWith(SizePrefix, StringComparison.Ordinal)
                    && long.TryParse(name[SizePrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out long noted)) tree ??= noted;
            }

            tree ??= Measure(id, path, self);
            if (!isShared) _trees[id] = tree.Value;
            return beside + tree.Value;
        }
        catch (Exception error) when (StoreFault.IsMissing(error))
        {
            _trees.TryRemove(id, out _);
            return 0;
        }
    }

    private long Measure(string id, string path, FileStatus self)
    {
        long size = TreeUsage.Of(Path.Combine(path, SnapshotStore.TreeName));
        string shared = Path.Combine(path, SharedName);
        if (File.Exists(shared) || time.GetUtcNow() - LastUse.From(self.Modified) < SettleAge) return size;
        try
        {
            string note = Path.Combine(directory, id, SizePrefix + size.ToString(CultureInfo.InvariantCulture));
            File.Create(note).Dispose();

            // Whoever shares it marks it before looking for notes.
            if (File.Exists(shared)) File.Delete(note);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            // A read-only store: it is measured again the next time.
        }

        return size;
    }
}
