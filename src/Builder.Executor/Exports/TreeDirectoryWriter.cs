using Builder.Cache.Layers;
using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Linux;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Exports;

/// <summary>
/// Writes a whole file system into a directory of the user's. What is there already is merged with, as a COPY would; no link in it is
/// followed. Everything belongs to the user: owners of an image mean nothing outside. Device nodes can't be made and are told.
/// </summary>
/// <param name="root">The directory.</param>
/// <param name="warn">Told what could not be written.</param>
/// <param name="latest">No file gets a later time; null for no limit.</param>
internal sealed class TreeDirectoryWriter(DirectoryHandle root, Action<string> warn, FileTime? latest)
{
    private const int OwnerReadWrite = 0x180;
    private const int OwnerAll = 0x1C0;
    private const int FileMode = 0x1A4;

    private readonly List<(TreePath Path, FileStatus Status)> _directories = [];

    public void Write(MergedTree tree, CancellationToken cancellationToken)
    {
        using var destination = new DestinationTree(root);
        var linked = new Dictionary<(ulong Device, ulong Inode), TreePath>();
        foreach (MergedFile file in tree.Walk([]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            TreePath path = TreePath.Root;
            foreach (byte[] name in TreePath.SplitNames(file.Path)) path = path.Child(name);
            if (file.Status.IsDirectory) WriteDirectory(destination, file, path);
            else WriteOther(destination, file, path, linked, cancellationToken);
        }

        // Last, and from below: a directory may be read-only, and making something in it changes its time.
        for (int i = _directories.Count - 1; i >= 0; i--)
        {
            (TreePath path, FileStatus status) = _directories[i];
            DirectoryHandle parent = destination.Open(path.Parent);
            parent.SetMode(path.Name, status.Mode);
            parent.SetTimes(path.Name, status.Modified.AtMost(latest));
        }
    }

    /// <summary>Writes a small file at the top, in the place of one that is there.</summary>
    public void WriteFile(ExtraFile file)
    {
        byte[] name = UnixPath.Encode(file.Name);
        using var destination = new DestinationTree(root);
        DirectoryHandle parent = destination.Clear(TreePath.Root.Child(name));
        using (SafeFileHandle target = parent.CreateFile(name, OwnerReadWrite)) RandomAccess.Write(target, file.Content.Span, 0);
        parent.SetMode(name, FileMode);
        if (latest is { } time) parent.SetTimes(name, time);
    }

    private void WriteDirectory(DestinationTree destination, MergedFile file, TreePath path)
    {
        if (!destination.IsDirectory(path)) destination.Clear(path).MakeDirectory(path.Name, OwnerAll);
        _directories.Add((path, file.Status));
    }

    private void WriteOther(
        DestinationTree destination, MergedFile file, TreePath path, Dictionary<(ulong Device, ulong Inode), TreePath> linked, CancellationToken cancellationToken)
    {
        DirectoryHandle parent = destination.Clear(path);
        if (file.Status.IsRegular && file.Status.LinkCount > 1 && !linked.TryAdd((file.Status.Device, file.Status.Inode), path))
        {
            TreePath first = linked[(file.Status.Device, file.Status.Inode)];
            using DirectoryHandle from = root.OpenDirectoryBeneath(first.Parent.ToBytes());
            parent.MakeHardLink(from, first.Name, path.Name);
            return;
        }

        switch (file.Status.Type)
        {
            case FileType.Regular:
                using (SafeFileHandle source = file.OpenRead())
                using (SafeFileHandle target = parent.CreateFile(path.Name, OwnerReadWrite)) FileCopier.Copy(source, target, cancellationToken);
                parent.SetMode(path.Name, file.Status.Mode);
                SetAttributes(parent, path, file);
                break;
            case FileType.SymbolicLink:
                parent.MakeSymbolicLink(file.ReadLink(), path.Name);
                break;
            case FileType.Fifo:
                parent.MakeNode(path.Name, FileType.Fifo, file.Status.Mode);
                break;
            default:
                warn($"/{path} is a device node and was left out");
                return;
        }

        parent.SetTimes(path.Name, file.Status.Modified.AtMost(latest));
    }

    private static void SetAttributes(DirectoryHandle parent, TreePath path, MergedFile file)
    {
        foreach ((string name, byte[] value) in file.Attributes().Where(a => a.Key.StartsWith("user.", StringComparison.Ordinal)))
        {
            try
            {
                parent.SetAttribute(path.Name, name, value);
            }
            catch (SyscallException e) when (e.Errno == Errno.EOPNOTSUPP)
            {
                // The user's file system has no such attributes: the files are as good as they can be there.
                return;
            }
        }
    }
}
