using Builder.Executor.Contexts;
using Builder.Linux;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Copying;

/// <summary>Copies matches of a source tree into a destination.</summary>
/// <param name="source">Where they are.</param>
/// <param name="destination">Where they go.</param>
/// <param name="policy">Owners and modes.</param>
internal sealed class TreeCopier(SourceTree source, DestinationTree destination, CopyPolicy policy)
{
    private const int OwnerReadWrite = 0x180;

    // Times of directories are set last: making something in a directory changes them.
    private readonly List<(TreePath Path, FileTime Modified)> _directoryTimes = [];

    /// <summary>The first file that isn't any more what it was when it was looked at, or null.</summary>
    public TreePath? Changed { get; private set; }

    /// <summary>Copies what is in a directory into another, which exists.</summary>
    public void CopyContents(SourceMatch match, TreePath into, CancellationToken cancellationToken) =>
        CopyEntries(match, match.Entries.Skip(1), into, cancellationToken);

    /// <summary>Copies a file, or a directory with its own metadata, to a path whose parent exists.</summary>
    public void CopyWhole(SourceMatch match, TreePath to, CancellationToken cancellationToken) =>
        CopyEntries(match, match.Entries, to, cancellationToken);

    /// <summary>
    /// Makes the directories between a --parents pivot and a match, with the metadata of the source; an existing one keeps its owner only.
    /// </summary>
    public void CopyAncestors(SourceMatch match, TreePath into)
    {
        TreePath at = into;
        foreach ((TreeEntry entry, byte[] name) in match.Ancestors.Zip(match.Name.Parent.Names()))
        {
            at = at.Child(name);
            if (!destination.IsDirectory(at)) CopyDirectory(entry, at);
            else destination.Open(at.Parent).SetMode(at.Name, policy.ModeOf(entry.Status));
        }
    }

    /// <summary>Sets what could not be set on the way. Once, at the end.</summary>
    public void Finish()
    {
        for (int i = _directoryTimes.Count - 1; i >= 0; i--)
        {
            (TreePath path, FileTime modified) = _directoryTimes[i];
            destination.Open(path.Parent).SetTimes(path.Name, modified);
        }

        _directoryTimes.Clear();
    }

    private void CopyEntries(SourceMatch match, IEnumerable<TreeEntry> entries, TreePath to, CancellationToken cancellationToken)
    {
        using var cursor = new DirectoryCursor(source.Root);
        var linked = new Dictionary<(ulong Device, ulong Inode), TreePath>();
        foreach (TreeEntry entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TreePath target = to.Join(entry.Path.RelativeTo(match.Path));
            if (entry.Status.IsDirectory) CopyDirectory(entry, target);
            else if (!LinkToEarlier(entry, target, linked)) CopyOther(cursor, entry, target, cancellationToken);
        }
    }

    private void CopyDirectory(TreeEntry entry, TreePath target)
    {
        if (!destination.IsDirectory(target))
        {
            DirectoryHandle parent = destination.Open(target.Parent);
            if (parent.TryStat(target.Name, out _)) throw DestinationTree.NotADirectory(target);
            parent.MakeDirectory(target.Name, OwnerReadWrite | (OwnerReadWrite >> 2));
        }

        if (target.IsRoot) return;
        SetMetadata(destination.Open(target.Parent), target.Name, entry);
        _directoryTimes.Add((target, entry.Status.Modified));
    }

    private bool LinkToEarlier(TreeEntry entry, TreePath target, Dictionary<(ulong Device, ulong Inode), TreePath> linked)
    {
        if (!entry.Status.IsRegular || entry.Status.LinkCount < 2) return false;
        if (linked.TryAdd((entry.Status.Device, entry.Status.Inode), target)) return false;
        TreePath first = linked[(entry.Status.Device, entry.Status.Inode)];
        using DirectoryHandle from = destination.Root.OpenDirectoryBeneath(first.Parent.ToBytes());
        destination.Clear(target).MakeHardLink(from, first.Name, target.Name);
        return true;
    }

    private void CopyOther(DirectoryCursor cursor, TreeEntry entry, TreePath target, CancellationToken cancellationToken)
    {
        DirectoryHandle parent = destination.Clear(target);
        byte[] name = target.Name;
        switch (entry.Status.Type)
        {
            case FileType.Regular:
                CopyContent(cursor, entry, parent, name, cancellationToken);
                break;
            case FileType.SymbolicLink:
                parent.MakeSymbolicLink(entry.LinkTarget, name);
                break;
            case FileType.Fifo:
                parent.MakeNode(name, FileType.Fifo, OwnerReadWrite);
                break;
            case FileType.Socket:
                parent.CreateFile(name, OwnerReadWrite).Dispose();
                break;
            default:
                // A device can't be made in a user namespace: an empty file that says what it stands for.
                parent.CreateFile(name, OwnerReadWrite).Dispose();
                ExtendedAttribute node = ExtendedAttribute.ForNode(entry.Status.Type == FileType.BlockDevice, entry.Status.DeviceMajor, entry.Status.DeviceMinor);
                parent.SetAttribute(name, node.Name, node.Value);
                break;
        }

        SetMetadata(parent, name, entry);
        parent.SetTimes(name, entry.Status.Modified);
    }

    private void CopyContent(DirectoryCursor cursor, TreeEntry entry, DirectoryHandle parent, byte[] name, CancellationToken cancellationToken)
    {
        SafeFileHandle? opened = null;
        FileStatus now = default;
        source.Access(entry.Path, () => opened = cursor.Open(entry.Path.Parent).OpenRead(entry.Path.Name));
        using SafeFileHandle from = opened!; // set, or Access has thrown
        using (SafeFileHandle to = parent.CreateFile(name, OwnerReadWrite)) FileCopier.Copy(from, to, cancellationToken);
        if (!source.IsContext) return;
        source.Access(entry.Path, () => now = cursor.Open(entry.Path.Parent).Stat(entry.Path.Name));
        if ((now.Size, now.Modified, now.Changed, now.Inode) != (entry.Status.Size, entry.Status.Modified, entry.Status.Changed, entry.Status.Inode))
            Changed ??= entry.Path;
    }

    // Owner first: changing it clears set-uid bits and capabilities.
    private void SetMetadata(DirectoryHandle parent, byte[] name, TreeEntry entry)
    {
        FileOwner owner = policy.OwnerOf(entry.Status);
        parent.SetOwner(name, owner.Uid, owner.Gid);
        if (!entry.Status.IsSymbolicLink) parent.SetMode(name, policy.ModeOf(entry.Status));
        foreach (ExtendedAttribute attribute in entry.Attributes) SetAttribute(parent, name, attribute);
    }

    private static void SetAttribute(DirectoryHandle parent, byte[] name, ExtendedAttribute attribute)
    {
        try
        {
            parent.SetAttribute(name, attribute.Name, attribute.Value);
        }
        catch (SyscallException e) when (e.Errno == Errno.EOPNOTSUPP && attribute.Name.StartsWith("user.", StringComparison.Ordinal))
        {
            // A store on a file system without user attributes: the copy is as good as it can be there.
        }
    }
}
