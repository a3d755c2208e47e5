using System.Security.Cryptography;
using System.Text;
using Builder.Cache.Storage;
using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Sharing;
using Builder.Graph.Operations;
using Builder.Linux.Files;

namespace Builder.Executor.Running;

/// <summary>
/// The directories behind <c>RUN --mount=type=cache</c>: kept in the store from build to build, never part of a layer or a key.
/// </summary>
/// <param name="storeRoot">The store's directory.</param>
/// <param name="time">The clock: what was used longest ago makes room first.</param>
internal sealed class CacheMounts(string storeRoot, TimeProvider time)
{
    /// <summary>Lends a directory for one step; disposing gives it back, and so does the end of the process.</summary>
    /// <param name="cacheId">Whose.</param>
    /// <param name="sharing">Who may have it at the same time.</param>
    /// <param name="onWait">Called when somebody else has it.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    public async Task<CacheMountLease> AcquireAsync(string cacheId, CacheSharing sharing, Action onWait, CancellationToken cancellationToken)
    {
        string home = HomeOf(cacheId);
        Directory.CreateDirectory(home);
        if (sharing == CacheSharing.Private) return AcquirePrivate(home);
        FileLockKind kind = sharing == CacheSharing.Locked ? FileLockKind.Exclusive : FileLockKind.Shared;
        string path = LockOf(home, 0);
        if (FileLock.TryAcquire(path, kind) is { } free) return Lend(home, 0, free);
        onWait();
        return Lend(home, 0, await FileLock.AcquireAsync(path, kind, cancellationToken));
    }

    /// <summary>The directory that builds have left, when there is one; nobody changes it until it is given back.</summary>
    public async Task<CacheMountLease?> FindAsync(string cacheId, CancellationToken cancellationToken)
    {
        string home = HomeOf(cacheId);
        if (!Directory.Exists(CacheMountDirectory.Of(home, 0).Data)) return null;
        return Lend(home, 0, await FileLock.AcquireAsync(LockOf(home, 0), FileLockKind.Exclusive, cancellationToken));
    }

    private string HomeOf(string cacheId) => Path.Combine(storeRoot, CacheMountDirectory.HomesName, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cacheId))));

    // The first that nobody has, so that it still finds what earlier builds left.
    private CacheMountLease AcquirePrivate(string home)
    {
        for (int number = 0; ; number++)
        {
            if (FileLock.TryAcquire(LockOf(home, number), FileLockKind.Exclusive) is { } hold) return Lend(home, number, hold);
        }
    }

    private CacheMountLease Lend(string home, int number, FileLock hold)
    {
        CacheMountDirectory directory = CacheMountDirectory.Of(home, number);
        directory.NoteUse(time);
        return new CacheMountLease(home, Path.GetFileName(directory.Data), hold);
    }

    private static string LockOf(string home, int number) => CacheMountDirectory.Of(home, number).Lock;
}

/// <summary>A cache directory in use.</summary>
/// <param name="home">Where all copies of the cache are.</param>
/// <param name="name">The one in use.</param>
/// <param name="hold">Keeps others away.</param>
internal sealed class CacheMountLease(string home, string name, FileLock hold) : IDisposable
{
    private const int OwnerOnly = 0x1C0;
    private const int DefaultMode = 0x1ED;

    /// <summary>Absolute.</summary>
    public string Directory => Path.Combine(home, name);

    public void Dispose() => hold.Dispose();

    /// <summary>Makes sure that there is what a mount shows.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="seed">What is missing is filled from it, or null.</param>
    /// <param name="shared">Other machines' caches, which a new directory is filled from before all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task EnsureAsync(CacheExecMount mount, SourceTree? seed, SharedMounts? shared, CancellationToken cancellationToken)
    {
        // Two steps that share it may both find it missing.
        using FileLock making = await FileLock.AcquireAsync(Path.Combine(home, "init"), FileLockKind.Exclusive, cancellationToken);
        if (!System.IO.Directory.Exists(Directory)) await CreateAsync(mount, seed, shared, cancellationToken);
        if (mount.Source.Length == 0) return;
        using DirectoryHandle root = DirectoryHandle.Open(Directory);
        if (!root.TryStatBeneath(UnixPath.Encode(mount.Source), followLast: true, out FileStatus status))
        {
            if (seed is null) throw new OperationException($"the cache '{mount.CacheId}' has no '{mount.Source}'", "'source' is a path in 'from', or in what the cache holds already");
            Fill(root, mount, seed, cancellationToken);
        }
        else if (!status.IsDirectory)
        {
            throw new OperationException($"'{mount.Source}' in the cache '{mount.CacheId}' is not a directory");
        }
    }

    private async Task CreateAsync(CacheExecMount mount, SourceTree? seed, SharedMounts? shared, CancellationToken cancellationToken)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(home);
        byte[] temporary = UnixPath.Encode("new-" + name);
        parent.RemoveTree(temporary);
        parent.MakeDirectory(temporary, OwnerOnly);
        bool isFilled = shared is not null && await shared.TryFillAsync(mount.CacheId, Path.Combine(home, "new-" + name), cancellationToken);
        if (shared is not null && !isFilled)
        {
            // What was begun is no use.
            parent.RemoveTree(temporary);
            parent.MakeDirectory(temporary, OwnerOnly);
        }

        parent.SetMode(temporary, DefaultMode);
        using (DirectoryHandle root = parent.OpenDirectory(temporary))
        {
            if (seed is not null && !isFilled) Fill(root, mount, seed, cancellationToken);

            // What is said about the directory is about the one that is mounted, not about one inside.
            if (mount.Source.Length == 0)
            {
                root.SetOwnerSelf(mount.Uid ?? -1, mount.Gid ?? -1);
                if (mount.Mode is { } mode) root.SetModeSelf(mode);
            }
        }

        parent.Rename(temporary, parent, UnixPath.Encode(name));
    }

    private static void Fill(DirectoryHandle root, CacheExecMount mount, SourceTree seed, CancellationToken cancellationToken)
    {
        using var destination = new DestinationTree(root);
        SourceMatch match = new SourceMatcher(seed, IgnoreRules.None, parents: false).MatchPath(mount.Source)[0];
        FileStatus top = match.Top.Status;
        if (!top.IsDirectory) throw new OperationException($"the source '{mount.Source}' of the cache mount on {mount.Target} is not a directory");
        TreePath place = TreePath.Parse(mount.Source);
        var policy = new CopyPolicy(null, null, KeepOwner: !seed.IsContext);
        var copier = new TreeCopier(seed, destination, policy);
        destination.EnsureDirectory(place, policy.MadeOwner, policy.MadeDirectoryMode);
        copier.CopyContents(match, place, cancellationToken);
        copier.Finish();
        using DirectoryHandle filled = root.OpenDirectoryBeneath(place.ToBytes());
        FileOwner owner = policy.OwnerOf(top);
        filled.SetOwnerSelf(owner.Uid, owner.Gid);
        filled.SetModeSelf(top.Mode);
    }
}
