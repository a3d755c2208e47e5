using Builder.Cache.Snapshots;
using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>Where a layer is unpacked to, and what removing means there: marks for overlayfs, or removal in a whole copy.</summary>
internal sealed class SnapshotTarget : IDisposable
{
    private readonly IReadOnlyList<string> _lowerDirectories;
    private readonly bool _isCopy;

    // Copy only: the paths this layer made or went through. Times would not tell: removing one hard link touches the others.
    private readonly HashSet<byte[]> _kept = new(ByteComparer.Ordinal);

    /// <summary>Opens a draft's tree.</summary>
    /// <param name="treeDirectory">Absolute.</param>
    /// <param name="kind">Of the store.</param>
    /// <param name="lowerDirectories">Overlay: the layers below, absolute, topmost first.</param>
    internal SnapshotTarget(string treeDirectory, SnapshotKind kind, IReadOnlyList<string> lowerDirectories)
    {
        Root = DirectoryHandle.Open(treeDirectory);
        (_isCopy, _lowerDirectories) = (kind == SnapshotKind.Copy, lowerDirectories);
    }

    internal DirectoryHandle Root { get; }

    /// <inheritdoc/>
    public void Dispose() => Root.Dispose();

    /// <summary>The merged root of the layers below; null when there are none, or when the tree has all in itself.</summary>
    internal MergedDirectory? OpenLower()
    {
        if (_isCopy || _lowerDirectories.Count == 0) return null;
        List<DirectoryHandle> layers = [];
        try
        {
            foreach (string directory in _lowerDirectories) layers.Add(DirectoryHandle.Open(directory));
            return new MergedDirectory(layers);
        }
        catch
        {
            foreach (DirectoryHandle layer in layers) layer.Dispose();
            throw;
        }
    }

    /// <summary>Remembers that this layer made something: hiding what is below it must not remove it.</summary>
    internal void Keep(byte[] path)
    {
        if (!_isCopy) return;
        ReadOnlySpan<byte> rest = path;
        while (!rest.IsEmpty && _kept.Add(rest.ToArray())) rest = UnixPath.DirectoryName(rest);
    }

    /// <summary>Hides what the layers below have under a name; what this layer has there stays.</summary>
    internal void Hide(DraftLevel level, byte[] name)
    {
        if (_isCopy) RemoveOld(level.Upper, level.Path, name);
        else if (level.Upper.TryStat(name, out FileStatus status))
        {
            if (status.IsDirectory) MakeOpaque(level.Upper, name);
        }
        else if (level.Lower?.TryFind(name, out _, out _) == true)
        {
            OverlayFormat.MakeWhiteout(level.Upper, name);
        }
    }

    /// <summary>Hides everything the layers below have in a directory.</summary>
    internal void Clear(DraftLevel level)
    {
        if (_isCopy) RemoveOld(level.Upper, level.Path);
        else if (level.Path.Length > 0) OverlayFormat.MakeOpaque(level.Upper);
        else if (level.Lower is not null)
        {
            // To overlayfs the root is never opaque.
            foreach (DirectoryEntry entry in level.Lower.List()) Hide(level, entry.Name);
        }
    }

    /// <summary>Makes a new directory hide what is below it; nothing to be done in a copy.</summary>
    internal void MakeOpaque(DirectoryHandle directory, byte[] name)
    {
        if (_isCopy) return;
        using DirectoryHandle made = directory.OpenDirectory(name);
        OverlayFormat.MakeOpaque(made);
    }

    private void RemoveOld(DirectoryHandle directory, byte[] path)
    {
        foreach (DirectoryEntry entry in directory.List()) RemoveOld(directory, path, entry.Name);
    }

    // Goes down only where this layer made something, so it is never deeper than a path is long.
    private void RemoveOld(DirectoryHandle directory, byte[] path, byte[] name)
    {
        byte[] entryPath = UnixPath.Join(path, name);
        if (!_kept.Contains(entryPath))
        {
            directory.RemoveTree(name);
            return;
        }

        if (!directory.TryStat(name, out FileStatus status) || !status.IsDirectory) return;
        using DirectoryHandle below = directory.OpenDirectory(name);
        RemoveOld(below, entryPath);
    }
}
