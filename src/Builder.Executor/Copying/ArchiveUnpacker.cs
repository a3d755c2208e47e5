using Builder.Cache.Layers;
using Builder.Executor.Contexts;
using Builder.Linux;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Copying;

/// <summary>
/// Unpacks a local archive that ADD names. The destination directory is the root for everything in it: no name, no link and no hard link
/// of the archive reaches outside.
/// </summary>
internal sealed class ArchiveUnpacker
{
    private const int OwnerReadWrite = 0x180;
    private const int OwnerAll = 0x1C0;
    private const int DefaultDirectoryMode = 0x1ED;

    private readonly DestinationTree _destination;
    private readonly CopyPolicy _policy;
    private readonly List<(TreePath Path, FileTime Modified)> _directoryTimes = [];
    private (TreePath Named, TreePath Resolved) _lastParent;

    private ArchiveUnpacker(DestinationTree destination, CopyPolicy policy) => (_destination, _policy) = (destination, policy);

    /// <summary>Unpacks a match into a directory; false, with nothing done, when it isn't an archive.</summary>
    /// <param name="source">Where the match is.</param>
    /// <param name="match">What ADD names.</param>
    /// <param name="destination">The file system that is written to.</param>
    /// <param name="to">The directory to unpack into, made when it is missing.</param>
    /// <param name="policy">Owners; modes are the archive's own.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static bool TryUnpack(
        SourceTree source, SourceMatch match, DestinationTree destination, TreePath to, CopyPolicy policy, CancellationToken cancellationToken)
    {
        if (!match.Top.Status.IsRegular) return false;
        using SafeFileHandle file = source.OpenFile(match.Path);
        return TryUnpack(file, match.Name.ToString(), destination, to, policy, cancellationToken);
    }

    /// <summary>Unpacks a file into a directory; false, with nothing done, when it isn't an archive.</summary>
    /// <param name="file">Not closed.</param>
    /// <param name="name">For messages.</param>
    /// <param name="destination">The file system that is written to.</param>
    /// <param name="to">The directory to unpack into, made when it is missing.</param>
    /// <param name="policy">Owners; modes are the archive's own.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static bool TryUnpack(
        SafeFileHandle file, string name, DestinationTree destination, TreePath to, CopyPolicy policy, CancellationToken cancellationToken)
    {
        using Stream? archive = ArchiveStream.TryOpen(file, name);
        if (archive is null) return false;

        destination.EnsureDirectory(to, policy.MadeOwner, policy.MadeDirectoryMode);
        using DirectoryHandle root = destination.Root.OpenDirectoryBeneath(to.ToBytes());
        using var below = new DestinationTree(root);
        var unpacker = new ArchiveUnpacker(below, policy);
        try
        {
            using var reader = new TarReader(archive);
            unpacker.UnpackAll(reader, cancellationToken);
        }
        catch (Exception e) when (e is TarFormatException or OciFormatException)
        {
            throw new OperationException($"the archive '{name}' can't be unpacked: {e.Message}", inner: e);
        }

        return true;
    }

    private void UnpackAll(TarReader reader, CancellationToken cancellationToken)
    {
        while (reader.ReadEntry() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Unpack(entry, reader, cancellationToken);
        }

        for (int i = _directoryTimes.Count - 1; i >= 0; i--)
        {
            (TreePath path, FileTime modified) = _directoryTimes[i];
            if (_destination.IsDirectory(path)) _destination.Open(path.Parent).SetTimes(path.Name, modified);
        }
    }

    private void Unpack(TarEntry entry, TarReader reader, CancellationToken cancellationToken)
    {
        TreePath path = PathOf(entry.Name);
        if (path.IsRoot)
        {
            if (entry.Type != TarEntryType.Directory) throw new TarFormatException($"an entry that is no directory has the name '{entry}'");
            return;
        }

        TreePath place = ResolveParent(path.Parent).Child(path.Name);
        if (entry.Type == TarEntryType.Directory)
        {
            UnpackDirectory(entry, place);
            return;
        }

        // Overlayfs would take it for the removal of what is below.
        if (entry is { Type: TarEntryType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 }) return;
        if (entry.Type == TarEntryType.HardLink)
        {
            UnpackHardLink(entry, place);
            return;
        }

        DirectoryHandle parent = ClearAll(place);
        switch (entry.Type)
        {
            case TarEntryType.SymbolicLink:
                parent.MakeSymbolicLink(entry.LinkName, place.Name);
                break;
            case TarEntryType.Fifo:
                parent.MakeNode(place.Name, FileType.Fifo, OwnerReadWrite);
                break;
            case TarEntryType.File:
                using (SafeFileHandle file = parent.CreateFile(place.Name, OwnerReadWrite)) EntryContent.Write(reader, file, cancellationToken);
                break;
            default:
                parent.CreateFile(place.Name, OwnerReadWrite).Dispose();
                var node = ExtendedAttribute.ForNode(entry.Type == TarEntryType.BlockDevice, entry.DeviceMajor, entry.DeviceMinor);
                parent.SetAttribute(place.Name, node.Name, node.Value);
                break;
        }

        SetMetadata(parent, place.Name, entry);
        parent.SetTimes(place.Name, TimeOf(entry));
    }

    private static TreePath PathOf(byte[] name)
    {
        TreePath path = TreePath.Root;
        foreach (byte[] part in TreePath.SplitNames(name)) path = path.Step(part);
        return path;
    }

    // Archives come directory by directory: resolving the same parent again would cost more than writing a small file.
    private TreePath ResolveParent(TreePath named)
    {
        if (_lastParent.Named == named && !named.IsRoot) return _lastParent.Resolved;
        TreePath resolved = LinkResolver.Resolve(_destination.Root, named, out _);
        _destination.EnsureDirectory(resolved, _policy.MadeOwner, DefaultDirectoryMode);
        _lastParent = (named, resolved);
        return resolved;
    }

    private void UnpackDirectory(TarEntry entry, TreePath place)
    {
        _lastParent = default;
        if (!_destination.IsDirectory(place)) _destination.Clear(place).MakeDirectory(place.Name, OwnerAll);
        SetMetadata(_destination.Open(place.Parent), place.Name, entry);
        _directoryTimes.Add((place, TimeOf(entry)));
    }

    private void UnpackHardLink(TarEntry entry, TreePath place)
    {
        TreePath target = PathOf(entry.LinkName);
        target = LinkResolver.Resolve(_destination.Root, target.Parent, out _).Child(target.Name);
        if (target == place) return;
        if (!_destination.Root.TryStatBeneath(target.ToBytes(), followLast: false, out FileStatus status) || status.IsDirectory)
            throw new TarFormatException($"the hard link '{entry}' leads to nothing in the archive");
        using DirectoryHandle from = _destination.Root.OpenDirectoryBeneath(target.Parent.ToBytes());
        ClearAll(place).MakeHardLink(from, target.Name, place.Name);
    }

    // What an archive brings replaces what was there, even a directory; only directories merge.
    private DirectoryHandle ClearAll(TreePath place)
    {
        if (!_destination.IsDirectory(place)) return _destination.Clear(place);
        _lastParent = default;
        return _destination.ClearAll(place);
    }

    private void SetMetadata(DirectoryHandle parent, byte[] name, TarEntry entry)
    {
        FileOwner owner = _policy.Owner ?? new FileOwner(IdOf(entry, entry.Uid), IdOf(entry, entry.Gid));
        parent.SetOwner(name, owner.Uid, owner.Gid);
        if (entry.Type != TarEntryType.SymbolicLink) parent.SetMode(name, entry.Mode);
        if (entry.Type is not (TarEntryType.File or TarEntryType.Directory)) return;
        foreach (TarAttribute attribute in entry.Attributes)
        {
            string attributeName = UnixPath.Decode(attribute.Name);
            if (ExtendedAttribute.IsCarried(attributeName, fromImage: false)) SetAttribute(parent, name, entry, attributeName, attribute.Value);
        }
    }

    private static void SetAttribute(DirectoryHandle parent, byte[] name, TarEntry entry, string attribute, ReadOnlyMemory<byte> value)
    {
        try
        {
            parent.SetAttribute(name, attribute, value.Span);
        }
        catch (SyscallException e) when (e.Errno is Errno.ENOSPC or Errno.E2BIG)
        {
            // A file system with room says that it has none when one file has more attributes than it keeps of one.
            string hint = e.Errno == Errno.ENOSPC ? "; it is full, or the file has too many" : "";
            throw new TarFormatException($"'{entry}' has an extended attribute '{attribute}' that the store's file system doesn't take: {e.Message}{hint}", e);
        }
    }

    private static int IdOf(TarEntry entry, long id) =>
        id is >= 0 and <= int.MaxValue ? (int)id : throw new TarFormatException($"'{entry}' has the owner or group {id}");

    private static FileTime TimeOf(TarEntry entry) => new(entry.ModifiedSeconds, entry.ModifiedNanoseconds);
}
