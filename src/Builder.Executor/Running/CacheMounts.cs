using System.Security.Cryptography;
using System.Text;
using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Graph.Operations;
using Builder.Linux.Files;

namespace Builder.Executor.Running;

/// <summary>
/// The directories behind <c>RUN --mount=type=cache</c>: kept in the store from build to build, never part of a layer or a key.
/// </summary>
/// <param name="storeRoot">The store's directory.</param>
internal sealed class CacheMounts(string storeRoot)
{
    private const string DirectoryName = "cachemounts";
    private const int OwnerOnly = 0x1C0;

    /// <summary>Lends a directory for one step; disposing gives it back.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="seed">What a new one is filled from, or null.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    public async Task<CacheMountLease> AcquireAsync(CacheExecMount mount, SourceTree? seed, CancellationToken cancellationToken)
    {
        string id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mount.CacheId)));
        string home = Path.Combine(storeRoot, DirectoryName, id);
        Directory.CreateDirectory(home);
        (string name, FileLock hold) = await HoldAsync(home, mount.Sharing, cancellationToken);
        try
        {
            // Two steps that share it may both find it missing.
            using (await FileLock.AcquireAsync(Path.Combine(home, "init"), FileLockKind.Exclusive, cancellationToken))
            {
                if (!Directory.Exists(Path.Combine(home, name))) Create(home, name, mount, seed, cancellationToken);
            }

            return new CacheMountLease(Path.Combine(home, name), hold);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    // Shared and locked use one directory; private takes the first that nobody has, so that it still finds what an earlier build left.
    private static async Task<(string Name, FileLock Hold)> HoldAsync(string home, CacheSharing sharing, CancellationToken cancellationToken)
    {
        if (sharing != CacheSharing.Private)
        {
            FileLockKind kind = sharing == CacheSharing.Locked ? FileLockKind.Exclusive : FileLockKind.Shared;
            return ("data", await FileLock.AcquireAsync(Path.Combine(home, "lock"), kind, cancellationToken));
        }

        for (int number = 0; ; number++)
        {
            if (FileLock.TryAcquire(Path.Combine(home, $"lock-{number}"), FileLockKind.Exclusive) is { } hold) return ($"data-{number}", hold);
        }
    }

    private static void Create(string home, string name, CacheExecMount mount, SourceTree? seed, CancellationToken cancellationToken)
    {
        using DirectoryHandle parent = DirectoryHandle.Open(home);
        byte[] temporary = UnixPath.Encode("new-" + name);
        parent.RemoveTree(temporary);
        parent.MakeDirectory(temporary, OwnerOnly);
        if (seed is null)
        {
            parent.SetOwner(temporary, mount.Uid, mount.Gid);
            parent.SetMode(temporary, mount.Mode);
        }
        else
        {
            Fill(parent, temporary, mount, seed, cancellationToken);
        }

        parent.Rename(temporary, parent, UnixPath.Encode(name));
    }

    private static void Fill(DirectoryHandle parent, byte[] name, CacheExecMount mount, SourceTree seed, CancellationToken cancellationToken)
    {
        using DirectoryHandle root = parent.OpenDirectory(name);
        using var destination = new DestinationTree(root);
        SourceMatch match = new SourceMatcher(seed, IgnoreRules.None, parents: false).MatchPath(mount.Source)[0];
        if (!match.Top.Status.IsDirectory) throw new OperationException($"the source '{mount.Source}' of the cache mount on {mount.Target} is not a directory");
        var copier = new TreeCopier(seed, destination, new CopyPolicy(null, null, KeepOwner: !seed.IsContext));
        copier.CopyContents(match, TreePath.Root, cancellationToken);
        copier.Finish();
        parent.SetOwner(name, seed.IsContext ? 0 : match.Top.Status.Uid, seed.IsContext ? 0 : match.Top.Status.Gid);
        parent.SetMode(name, match.Top.Status.Mode);
    }
}

/// <summary>A cache directory in use.</summary>
internal sealed class CacheMountLease(string directory, FileLock hold) : IDisposable
{
    /// <summary>Absolute.</summary>
    public string Directory => directory;

    public void Dispose() => hold.Dispose();
}
