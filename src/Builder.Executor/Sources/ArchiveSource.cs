using Builder.Cache;
using Builder.Cache.Snapshots;
using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Executor.Sources;

/// <summary>Unpacks archives of the store.</summary>
internal static class ArchiveSource
{
    /// <summary>Unpacks an archive into a new snapshot; owners are those in the archive.</summary>
    /// <exception cref="SourceException">It can't be read.</exception>
    public static void Unpack(BuilderStore store, Digest archive, SnapshotDraft draft, string name, CancellationToken cancellationToken)
    {
        using FileStream blob = store.Blobs.OpenFile(archive);
        using DirectoryHandle root = DirectoryHandle.Open(draft.TreeDirectory);
        using var destination = new DestinationTree(root);
        try
        {
            if (!ArchiveUnpacker.TryUnpack(blob.SafeFileHandle, name, destination, TreePath.Root, new CopyPolicy(null, null, KeepOwner: true), cancellationToken))
                throw new SourceException($"'{name}' is not an archive that can be read: its compressed content is no tar");
        }
        catch (OperationException e)
        {
            throw new SourceException(e.Message, e.Hint, e);
        }
    }
}
