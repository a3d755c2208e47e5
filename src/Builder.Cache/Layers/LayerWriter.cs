using Builder.Linux.Files;
using Builder.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

/// <summary>
/// Writes differences as a layer: an uncompressed tar that is the same for the same tree. Numeric owners, whole seconds, no entry for
/// the root itself; sockets are left out. Content streams through a buffer of fixed size.
/// </summary>
internal sealed class LayerWriter : IDisposable
{
    private const string WhiteoutPrefix = ".wh.";
    private const string OpaqueName = ".wh..wh..opq";
    private const int LongestPath = 4095;
    private const int LinkMode = 0b111_111_111;

    private readonly TarWriter _tar;
    private readonly EntryQueue _entries;
    private readonly HoleCount _holes = new();

    // Files with several names, by inode; one goes when its last name has been met, so only groups that reach out of the tree stay.
    private readonly Dictionary<(ulong Device, ulong Inode), (byte[] Path, int Left)> _linked = [];

    private LayerWriter(Stream output)
    {
        _tar = new TarWriter(output);
        _entries = new EntryQueue(_tar);
    }

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    /// <summary>Writes a whole layer.</summary>
    /// <param name="changes">In an order that has directories before what is in them.</param>
    /// <param name="output">Where to; not closed.</param>
    /// <param name="cancellationToken">Ends it between two buffers.</param>
    /// <exception cref="StoreException">A name can't be in a layer.</exception>
    internal static void Write(IEnumerable<TreeChange> changes, Stream output, CancellationToken cancellationToken)
    {
        using LayerWriter writer = new(output);
        try
        {
            foreach (TreeChange change in changes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                writer.WriteChange(change, cancellationToken);
            }

            writer._entries.Complete();
            writer._tar.Complete();
        }
        catch (TarFormatException error)
        {
            throw new StoreException($"the layer can't be written: {error.Message}", error);
        }
    }

    private static byte[] Marker(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name) => UnixPath.Join(directory, name);

    private static TarEntry MarkerEntry(byte[] path) => new() { Type = TarEntryType.File, Name = path };

    private void WriteChange(in TreeChange change, CancellationToken cancellationToken)
    {
        if (change.Path.Length > LongestPath) throw new StoreException($"'{UnixPath.Quote(change.Path.AsSpan(0, 80))}...': a path of {change.Path.Length} bytes can't be in a layer");
        switch (change.Kind)
        {
            case TreeChangeKind.Removed:
                byte[] whiteout = [.. UnixPath.Encode(WhiteoutPrefix), .. change.Name];
                _entries.Add(MarkerEntry(Marker(UnixPath.DirectoryName(change.Path), whiteout)));
                break;
            case TreeChangeKind.Cleared:
                _entries.Add(MarkerEntry(Marker(change.Path, UnixPath.Encode(OpaqueName))));
                break;
            default:
                WritePresent(change, cancellationToken);
                break;
        }
    }

    private void WritePresent(in TreeChange change, CancellationToken cancellationToken)
    {
        if (change.Name.AsSpan().StartsWith(".wh."u8))
            throw new StoreException($"'/{UnixPath.Quote(change.Path)}': names that begin with '.wh.' mark removed files in layers and can't be stored");
        FileStatus status = NodePlaceholder.Translate(change.Directory, change.Name, change.Status);
        if (status.Type == FileType.Socket || OverlayFormat.IsWhiteout(status)) return;
        if (!status.IsDirectory && status.LinkCount > 1 && FirstName(change.Path, status) is { } first)
        {
            // Attributes are repeated: Docker gives the owner to every name, which clears the file's capability, and then restores what the entry carries.
            _entries.Add(Describe(change, status, AttributesOf(change)) with { Type = TarEntryType.HardLink, LinkName = first, Size = 0 });
            return;
        }

        if (!status.IsRegular)
        {
            _entries.Add(Describe(change, status, AttributesOf(change)));
            return;
        }

        _holes.Add(change.Path, status);
        SafeFileHandle file = change.Directory.OpenRead(change.Name);
        TarEntry entry = Describe(change, status, FileMetadata.HasNoAttributes(file) ? [] : AttributesOf(change));
        if (status.Size <= EntryQueue.LargestFile)
        {
            _entries.Add(entry, file);
            return;
        }

        using (file)
        {
            using FileContentStream content = new(file, status, cancellationToken);
            _entries.Write(entry, content);
        }
    }

    private static TarAttribute[] AttributesOf(in TreeChange change) =>
        [.. ImageAttributes.Read(change.Directory, change.Name).Select(a => new TarAttribute(UnixPath.Encode(a.Key), a.Value))];

    private static TarEntry Describe(in TreeChange change, in FileStatus status, TarAttribute[] attributes) => new()
    {
        Type = TypeOf(status.Type, change.Path),
        Name = change.Path,
        LinkName = status.IsSymbolicLink ? change.Directory.ReadLink(change.Name) : [],
        Mode = status.IsSymbolicLink ? LinkMode : status.Mode,
        Uid = (uint)status.Uid,
        Gid = (uint)status.Gid,
        Size = status.IsRegular ? status.Size : 0,
        ModifiedSeconds = status.Modified.Seconds,
        DeviceMajor = status.DeviceMajor,
        DeviceMinor = status.DeviceMinor,
        Attributes = attributes,
    };

    private static TarEntryType TypeOf(FileType type, byte[] path) => type switch
    {
        FileType.Regular => TarEntryType.File,
        FileType.Directory => TarEntryType.Directory,
        FileType.SymbolicLink => TarEntryType.SymbolicLink,
        FileType.Fifo => TarEntryType.Fifo,
        FileType.CharacterDevice => TarEntryType.CharacterDevice,
        FileType.BlockDevice => TarEntryType.BlockDevice,
        _ => throw new StoreException($"'/{UnixPath.Quote(path)}' is of a type that can't be stored"),
    };

    // The path that carries the content of a group of hard links, or null when this one does.
    private byte[]? FirstName(byte[] path, in FileStatus status)
    {
        (ulong, ulong) key = (status.Device, status.Inode);
        if (!_linked.TryGetValue(key, out (byte[] Path, int Left) group))
        {
            _linked[key] = (path, status.LinkCount - 1);
            return null;
        }

        if (group.Left > 1) _linked[key] = group with { Left = group.Left - 1 };
        else _linked.Remove(key);
        return group.Path;
    }
}
