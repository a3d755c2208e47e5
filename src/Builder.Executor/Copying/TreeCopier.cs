using Builder.Executor.Contexts;
using Builder.Linux;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Copying;

/// <summary>Copies matches of a source tree into a destination.</summary>
/// <param name="source">Where they are.</param>
/// <param name="destination">Where they go.</param>
/// <param name="policy">Owners and modes.</param>
/// <param name="earlier">What an earlier build made, from which equal files are kept; null for nothing.</param>
internal sealed class TreeCopier(SourceTree source, DestinationTree destination, CopyPolicy policy, EarlierCopy? earlier = null)
{
    private const int OwnerReadWrite = 0x180;

    // Files that one core copies before it looks for more: few enough to share, many enough to stay in a directory.
    private const int Batch = 256;

    // Times of directories are set last: making something in a directory changes them.
    private readonly List<(TreePath Path, FileTime Modified)> _directoryTimes = [];

    private readonly Lock _changing = new();

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
        if (earlier is not null)
        {
            earlier.SetLater(_directoryTimes);
            return;
        }

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
        HashSet<(ulong Device, ulong Inode)> several = WithSeveralNames(match.Entries);
        var linked = new Dictionary<(ulong Device, ulong Inode), TreePath>();
        List<TreeEntry> files = [];
        foreach (TreeEntry entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TreePath target = TargetOf(entry);
            if (entry.Status.IsDirectory) CopyDirectory(entry, target);
            else if (entry.Status.IsRegular && !several.Contains((entry.Status.Device, entry.Status.Inode))) files.Add(entry);
            else if (entry.Status.IsRegular && !LinkToEarlier(entry, target, linked)) CopyFile(cursor, destination.Cursor, entry, target, cancellationToken);
            else if (!entry.Status.IsRegular) CopyOther(entry, target);
        }

        // Nothing depends on files with one name here: all cores copy them, now that their directories are there.
        CopyFiles(files, TargetOf, cancellationToken);

        TreePath TargetOf(TreeEntry entry) => to.Join(entry.Path.RelativeTo(match.Path));
    }

    // A snapshot's file may have other names in other snapshots only.
    private static HashSet<(ulong Device, ulong Inode)> WithSeveralNames(IEnumerable<TreeEntry> entries)
    {
        HashSet<(ulong Device, ulong Inode)> seen = [], several = [];
        foreach (TreeEntry entry in entries.Where(e => e.Status is { IsRegular: true, LinkCount: > 1 }))
        {
            (ulong, ulong) file = (entry.Status.Device, entry.Status.Inode);
            if (!seen.Add(file)) several.Add(file);
        }

        return several;
    }

    private void CopyFiles(List<TreeEntry> files, Func<TreeEntry, TreePath> targetOf, CancellationToken cancellationToken)
    {
        Batches.Run(files.Count, Batch, (first, end) =>
        {
            using var from = new DirectoryCursor(source.Root);
            using var into = new DirectoryCursor(destination.Root);
            using DirectoryCursor? made = earlier is null ? null : new DirectoryCursor(earlier.Tree);
            List<TreePath> kept = [];
            for (int i = first; i < end; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TreePath target = targetOf(files[i]);
                if (made is not null && earlier!.Has(files[i], source.HashFile(files[i], cancellationToken), made, target, policy)) kept.Add(target);
                else CopyFile(from, into, files[i], target, cancellationToken);
            }

            earlier?.Keep(kept);
        }, cancellationToken);
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
        if (linked.TryAdd((entry.Status.Device, entry.Status.Inode), target)) return false;
        TreePath first = linked[(entry.Status.Device, entry.Status.Inode)];
        using DirectoryHandle from = destination.Root.OpenDirectoryBeneath(first.Parent.ToBytes());
        destination.Clear(target).MakeHardLink(from, first.Name, target.Name);
        return true;
    }

    private void CopyOther(TreeEntry entry, TreePath target)
    {
        DirectoryHandle parent = destination.Clear(target);
        byte[] name = target.Name;
        switch (entry.Status.Type)
        {
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

    // Everything by descriptor: looking a name up again for each attribute takes longer than copying a small file.
    private void CopyFile(DirectoryCursor from, DirectoryCursor into, TreeEntry entry, TreePath target, CancellationToken cancellationToken)
    {
        SafeFileHandle? opened = null;
        FileStatus status = default;
        source.Access(entry.Path, () => opened = from.Open(entry.Path.Parent).OpenRead(entry.Path.Name, out status));
        using SafeFileHandle content = opened!; // set, or Access has thrown
        DirectoryHandle parent = target.IsRoot ? throw DestinationTree.IsADirectory(target) : into.Open(target.Parent);
        byte[] name = target.Name;
        using SafeFileHandle file = DestinationTree.CreateFile(parent, target, OwnerReadWrite);
        FileCopier.Copy(content, status, file, cancellationToken);
        if (source.IsContext) Compare(entry, DirectoryHandle.FileStatusOf(content));
        FileOwner owner = policy.OwnerOf(entry.Status);
        FileMetadata.SetOwner(file, owner.Uid, owner.Gid);
        FileMetadata.SetMode(file, policy.ModeOf(entry.Status));
        foreach (ExtendedAttribute attribute in entry.Attributes) SetAttribute(parent, name, attribute);
        FileMetadata.SetTimes(file, entry.Status.Modified);
    }

    private void Compare(TreeEntry entry, in FileStatus now)
    {
        if ((now.Size, now.Modified, now.Changed, now.Inode) == (entry.Status.Size, entry.Status.Modified, entry.Status.Changed, entry.Status.Inode)) return;
        lock (_changing)
        {
            if (Changed is null || entry.Path < Changed) Changed = entry.Path;
        }
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
