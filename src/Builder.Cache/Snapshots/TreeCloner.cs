using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Snapshots;

/// <summary>Copies a tree as it is: content with holes, owners, modes, times, extended attributes, hard links.</summary>
internal sealed class TreeCloner
{
    private readonly DirectoryHandle _targetRoot;

    // First copy of each file with several names, by inode; an entry goes when the last name has been met.
    private readonly Dictionary<(ulong Device, ulong Inode), Link> _links = [];

    private TreeCloner(DirectoryHandle targetRoot) => _targetRoot = targetRoot;

    /// <summary>Copies everything in a directory, and the directory's own attributes, to an empty one.</summary>
    internal static void Copy(DirectoryHandle source, DirectoryHandle target) => new TreeCloner(target).Run(source);

    /// <summary>Gives a directory the owner, mode and extended attributes of another.</summary>
    internal static void CopyRootAttributes(DirectoryHandle source, DirectoryHandle target)
    {
        FileStatus status = source.StatSelf();
        target.SetOwnerSelf(status.Uid, status.Gid);
        target.SetModeSelf(status.Mode);
        foreach (string attribute in source.ListAttributesSelf().Where(IsCopied))
        {
            if (source.GetAttributeSelf(attribute) is { } value) target.SetAttributeSelf(attribute, value);
        }
    }

    private static bool IsCopied(string attribute) =>
        !attribute.StartsWith("user.overlay.", StringComparison.Ordinal) && !attribute.StartsWith("trusted.overlay.", StringComparison.Ordinal);

    // Owner first: changing it clears set-uid bits and capabilities. Times last: everything else changes them.
    private static void CopyAttributes(Level level, byte[] name, FileStatus status)
    {
        level.Target.SetOwner(name, status.Uid, status.Gid);
        if (!status.IsSymbolicLink) level.Target.SetMode(name, status.Mode);
        foreach (string attribute in level.Source.ListAttributes(name).Where(IsCopied))
        {
            if (level.Source.GetAttribute(name, attribute) is { } value) level.Target.SetAttribute(name, attribute, value);
        }

        level.Target.SetTimes(name, status.Modified);
    }

    private static void CopyContent(Level level, byte[] name)
    {
        using SafeFileHandle from = level.Source.OpenRead(name);
        using SafeFileHandle to = level.Target.CreateFile(name, 0b110_000_000);
        FileCopier.Copy(from, to, CancellationToken.None);
    }

    private void Run(DirectoryHandle source)
    {
        // A stack of our own: a hostile tree may be deeper than the thread's.
        Stack<Level> levels = [];
        levels.Push(new Level(source.Duplicate(), _targetRoot.Duplicate(), Path: [], Name: null, source.StatSelf(), new(source.List())));
        try
        {
            while (levels.TryPeek(out Level? level))
            {
                if (level.Pending.TryDequeue(out DirectoryEntry entry))
                {
                    CopyEntry(level, entry.Name, levels);
                    continue;
                }

                levels.Pop().Dispose();
                if (level.Name is not null) CopyAttributes(levels.Peek(), level.Name, level.Status);
            }

            CopyRootAttributes(source, _targetRoot);
            _targetRoot.SetTimesSelf(source.StatSelf().Modified);
        }
        finally
        {
            while (levels.TryPop(out Level? left)) left.Dispose();
        }
    }

    private void CopyEntry(Level level, byte[] name, Stack<Level> levels)
    {
        FileStatus status = level.Source.Stat(name);
        if (!status.IsDirectory && status.LinkCount > 1 && TryLink(level, name, status)) return;
        switch (status.Type)
        {
            case FileType.Directory:
                level.Target.MakeDirectory(name, 0b111_000_000);
                DirectoryHandle source = level.Source.OpenDirectory(name);
                levels.Push(new Level(source, level.Target.OpenDirectory(name), UnixPath.Join(level.Path, name), name, status, new(source.List())));
                return;
            case FileType.Regular:
                CopyContent(level, name);
                break;
            case FileType.SymbolicLink:
                level.Target.MakeSymbolicLink(level.Source.ReadLink(name), name);
                break;
            case FileType.Fifo or FileType.CharacterDevice or FileType.BlockDevice:
                level.Target.MakeNode(name, status.Type, status.Mode, status.DeviceMajor, status.DeviceMinor);
                break;
            default:
                // A socket means nothing without the process that listened on it.
                return;
        }

        CopyAttributes(level, name, status);
        if (status.LinkCount > 1) _links[(status.Device, status.Inode)] = new Link(level.Path, name, status.LinkCount - 1);
    }

    private bool TryLink(Level level, byte[] name, FileStatus status)
    {
        (ulong, ulong) key = (status.Device, status.Inode);
        if (!_links.TryGetValue(key, out Link? first)) return false;
        using DirectoryHandle directory = first.Directory.Length == 0 ? _targetRoot.Duplicate() : _targetRoot.OpenDirectoryBeneath(first.Directory);
        level.Target.MakeHardLink(directory, first.Name, name);
        if (first.Left > 1) _links[key] = first with { Left = first.Left - 1 };
        else _links.Remove(key);
        return true;
    }

    private sealed record Link(byte[] Directory, byte[] Name, int Left);

    private sealed record Level(
        DirectoryHandle Source, DirectoryHandle Target, byte[] Path, byte[]? Name, FileStatus Status, Queue<DirectoryEntry> Pending) : IDisposable
    {
        public void Dispose()
        {
            Source.Dispose();
            Target.Dispose();
        }
    }
}
