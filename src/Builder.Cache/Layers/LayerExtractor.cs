using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci.Tar;

namespace Builder.Cache.Layers;

/// <summary>
/// Unpacks a layer. The archive is hostile: nothing outside the tree is ever opened, links resolve inside the merged tree, attributes
/// that overlayfs or the store would obey are dropped, real device nodes become placeholders, and the device 0:0 (a whiteout to
/// overlayfs) is left out. At most <see cref="MostEntries"/> entries, paths of at most 4095 bytes, names of at most 255.
/// </summary>
/// <remarks>
/// Nothing is synced here. Of two entries with one path the later wins, but whiteouts hide the layers below only, wherever they stand.
/// </remarks>
internal sealed partial class LayerExtractor : IDisposable
{
    internal const int MostEntries = 5_000_000;

    private const int LongestPath = 4095;
    private const int LongestName = 255;

    private readonly DraftDirectories _directories;
    private readonly SnapshotTarget _target;
    private readonly PendingFiles _pending = new();
    private readonly int _mostEntries;
    private readonly CancellationToken _cancellationToken;

    private LayerExtractor(SnapshotTarget target, int mostEntries, CancellationToken cancellationToken)
    {
        (_target, _mostEntries, _cancellationToken) = (target, mostEntries, cancellationToken);
        _directories = new DraftDirectories(target.Root.Duplicate(), target.OpenLower());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pending.Dispose();
        _directories.Dispose();
    }

    /// <summary>Unpacks everything up to the end of the archive; what follows it is left unread.</summary>
    /// <exception cref="StoreException">The archive is damaged or can't be unpacked; the tree is useless then.</exception>
    internal static void Extract(Stream tar, SnapshotTarget target, CancellationToken cancellationToken, int mostEntries = MostEntries)
    {
        using LayerExtractor extractor = new(target, mostEntries, cancellationToken);
        try
        {
            extractor.ExtractAll(tar);
        }
        catch
        {
            // What failed in an entry before this one is told instead, as if they had been done one after the other.
            extractor._pending.Complete();
            throw;
        }
    }

    private void ExtractAll(Stream tar)
    {
        using TarReader reader = new(tar);
        byte[] current = [];
        try
        {
            int count = 0;
            while (reader.ReadEntry() is { } entry)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                current = entry.Name;
                if (++count > _mostEntries) throw new StoreException($"the layer has more than {_mostEntries} entries");
                Place(entry, reader);
            }

            _pending.Complete();
            _directories.SettleTimes();
        }
        catch (TarFormatException error)
        {
            throw new StoreException($"the layer is damaged: {error.Message}", error);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            throw StoreFault.Explain("can't unpack a layer", UnixPath.Quote(current), error);
        }
    }

    private static byte[] CheckedPath(ReadOnlySpan<byte> name)
    {
        byte[] path = UnixPath.Clean(name);
        ReadOnlySpan<byte> shown = path.AsSpan(0, Math.Min(path.Length, 80));
        if (path.Contains((byte)0)) throw new StoreException($"the layer has a path with a zero byte: '{UnixPath.Quote(shown)}'");
        if (path.Length > LongestPath) throw new StoreException($"the layer has a path of {path.Length} bytes, more than {LongestPath}: '{UnixPath.Quote(shown)}...'");
        foreach (Range part in path.AsSpan().Split((byte)'/'))
        {
            int length = path[part].Length;
            if (length > LongestName) throw new StoreException($"the layer has a name of {length} bytes, more than {LongestName}: '{UnixPath.Quote(shown)}...'");
        }

        return path;
    }

    private void Place(TarEntry entry, TarReader reader)
    {
        byte[] path = CheckedPath(entry.Name);
        if (path.Length == 0)
        {
            if (entry.Type == TarEntryType.Directory) SetAttributesOfRoot(entry);
            return;
        }

        byte[] name = UnixPath.FileName(path).ToArray();
        if (name.AsSpan().StartsWith(".wh."u8))
        {
            PlaceMarker(_directories.Resolve(UnixPath.DirectoryName(path)), name);
            return;
        }

        if (entry is { Type: TarEntryType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 }) return;
        if (entry.Type == TarEntryType.HardLink)
        {
            PlaceHardLink(entry, path, name);
            return;
        }

        DraftLevel level = _directories.Resolve(UnixPath.DirectoryName(path));
        _target.Keep(UnixPath.Join(level.Path, name));
        if (entry.Type == TarEntryType.Directory) PlaceDirectory(entry, level, name);
        else PlaceFile(entry, reader, level, name);
    }

    private void PlaceMarker(DraftLevel level, byte[] marker)
    {
        if (marker.AsSpan().SequenceEqual(".wh..wh..opq"u8))
        {
            _target.Clear(level);
            _directories.Forget();
            return;
        }

        // Bookkeeping of aufs, which never was part of the file system.
        if (marker.AsSpan().StartsWith(".wh..wh."u8)) return;
        byte[] name = marker[4..];
        if (name.Length == 0 || name.AsSpan().SequenceEqual("."u8) || name.AsSpan().SequenceEqual(".."u8))
            throw new StoreException($"the layer removes '{UnixPath.Quote(name)}' from '/{UnixPath.Quote(level.Path)}', which is not a name");
        _target.Hide(level, name);
        _directories.Forget();
    }

    private void PlaceDirectory(TarEntry entry, DraftLevel level, byte[] name)
    {
        bool exists = level.Upper.TryStat(name, out FileStatus status);
        if (exists && !status.IsDirectory)
        {
            level.Upper.RemoveFile(name);
            _directories.Forget();
        }

        if (!exists || !status.IsDirectory)
        {
            level.Upper.MakeDirectory(name, 0b111_000_000);
            if (exists) _target.MakeOpaque(level.Upper, name);
        }

        SetAttributes(entry, level.Upper, name);
        level.Upper.SetTimes(name, TimeOf(entry));
    }

    private void PlaceHardLink(TarEntry entry, byte[] path, byte[] name)
    {
        byte[] targetPath = CheckedPath(entry.LinkName);
        if (targetPath.Length == 0) throw BadLink(path, targetPath, "it is the root");
        byte[] targetName = UnixPath.FileName(targetPath).ToArray();

        // A duplicate: finding the place of the link gives up the place of its target.
        DraftLevel level = _directories.Resolve(UnixPath.DirectoryName(targetPath));
        using DirectoryHandle targetDirectory = level.Upper.Duplicate();
        if (!targetDirectory.TryStat(targetName, out FileStatus target))
        {
            if (level.Lower?.TryFind(targetName, out DirectoryHandle layer, out target) != true) throw BadLink(path, targetPath, "there is no such file");
            if (target.IsDirectory) throw BadLink(path, targetPath, "it is a directory");
            FileCopyUp.Copy(layer!, targetName, target, targetDirectory); // TryFind sets it when it finds
            target = targetDirectory.Stat(targetName);
        }

        if (target.IsDirectory) throw BadLink(path, targetPath, "it is a directory");
        if (OverlayFormat.IsWhiteout(target)) throw BadLink(path, targetPath, "the layer removes it");
        level = _directories.Resolve(UnixPath.DirectoryName(path));
        if (level.Upper.TryStat(name, out FileStatus existing) && (existing.Inode, existing.Device) == (target.Inode, target.Device)) return;
        MakeRoom(level, name);
        _target.Keep(UnixPath.Join(level.Path, name));
        level.Upper.MakeHardLink(targetDirectory, targetName, name);
    }

    private void MakeRoom(DraftLevel level, byte[] name)
    {
        if (!level.Upper.TryStat(name, out FileStatus status)) return;
        level.Upper.RemoveTree(name);
        if (status.IsDirectory || status.IsSymbolicLink) _directories.Forget();
    }

    private static StoreException BadLink(byte[] path, byte[] target, string reason) =>
        new($"the layer has a hard link '/{UnixPath.Quote(path)}' to '/{UnixPath.Quote(target)}', but {reason}");
}
