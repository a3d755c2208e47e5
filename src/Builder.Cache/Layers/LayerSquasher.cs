using System.Globalization;
using Builder.Cache.Blobs;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>Makes one layer of several that lie on each other. What they became is remembered, so that it is done once.</summary>
public sealed class LayerSquasher
{
    private const int BufferSize = 128 << 10;

    private readonly StoreLayout _layout;
    private readonly StoreOwner _owner;
    private readonly BlobStore _blobs;
    private readonly LayerStore _layers;

    internal LayerSquasher(StoreLayout layout, StoreOwner owner, BlobStore blobs, LayerStore layers) => (_layout, _owner, _blobs, _layers) = (layout, owner, blobs, layers);

    /// <summary>One layer that has the effect of all but the lowest; not compressed.</summary>
    /// <param name="layers">Of an image, base first.</param>
    /// <param name="kept">How many of the lowest stay as they are.</param>
    /// <param name="top">The file system of all layers where it is known; else it is unpacked when it is needed.</param>
    /// <param name="cancellationToken">Ends it; nothing is left then.</param>
    /// <exception cref="StoreException">A layer is gone or damaged, or the disk is full.</exception>
    public async Task<LayerBlob> SquashAsync(IReadOnlyList<LayerBlob> layers, int kept, Snapshot? top, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{ChainId.Compute(layers.Select(l => l.DiffId))[^1].Hex}-squashed-{kept}");
        string memory = Path.Combine(_layout.Converted, name);
        if (ConvertedFile.FindPlain(memory, _blobs) is { } known) return known;
        string lockFile = _layout.WorkLock(name);
        using FileLock held = await FileLock.AcquireAsync(lockFile, FileLockKind.Exclusive, cancellationToken);
        try
        {
            if (ConvertedFile.FindPlain(memory, _blobs) is { } made) return made;
            Snapshot whole = top ?? await _layers.UnpackAsync([.. layers], cancellationToken) ?? throw new ArgumentException("there is no layer to squash", nameof(layers));
            return await Task.Run(() => Make(whole, Below(whole, layers.Count - kept), memory, cancellationToken), cancellationToken);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't squash layers", _layers.Snapshots.Directory, error);
        }
        finally
        {
            File.Delete(lockFile);
        }
    }

    private Snapshot? Below(Snapshot top, int steps)
    {
        Snapshot? at = top;
        for (; steps > 0 && at is not null; steps--)
            at = at.ParentId is { } parent ? _layers.Snapshots.Find(parent) ?? throw new StoreException($"snapshot {parent}, which {at.Id} stands on, is not in the store any more") : null;
        return at;
    }

    private LayerBlob Make(Snapshot top, Snapshot? below, string memory, CancellationToken cancellationToken)
    {
        using BlobWriter writer = _blobs.Create();
        var buffered = new BufferedStream(writer, BufferSize);
        if (below is not null && _layers.Snapshots.Kind == SnapshotKind.Copy)
        {
            using DirectoryHandle tree = DirectoryHandle.Open(_layers.Snapshots.TreeOf(top));
            using DirectoryHandle parent = DirectoryHandle.Open(_layers.Snapshots.TreeOf(below));
            LayerWriter.Write(TreeDiff.Compare(tree, parent), buffered, cancellationToken);
        }
        else
        {
            using MergedTree tree = MergedTree.Open(_layers.Snapshots, top);
            using MergedTree? parent = below is null ? null : MergedTree.Open(_layers.Snapshots, below);
            LayerWriter.Write(MergedChanges.Enumerate(tree.Root, parent?.Root), buffered, cancellationToken);
        }

        buffered.Flush();
        return ConvertedFile.KeepPlain(_owner, memory, writer);
    }
}
