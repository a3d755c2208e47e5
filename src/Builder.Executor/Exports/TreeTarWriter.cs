using Builder.Cache.Layers;
using Builder.Linux.Files;
using Builder.Oci.Tar;

namespace Builder.Executor.Exports;

/// <summary>Writes a whole file system as one flat tar.</summary>
public static class TreeTarWriter
{
    /// <summary>Writes the archive, its end included.</summary>
    /// <param name="tree">Null for the empty one.</param>
    /// <param name="latest">No file is written with a later time; null for no limit.</param>
    /// <param name="output">Where to.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task WriteAsync(MergedTree? tree, FileTime? latest, Stream output, CancellationToken cancellationToken)
    {
        var writer = new TarWriter(output);
        var linked = new Dictionary<(ulong Device, ulong Inode), byte[]>();
        foreach (MergedFile file in tree?.Walk([]) ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TypeOf(file.Status.Type) is not { } type) continue;
            TarEntry entry = EntryOf(file, type, latest);
            if (type == TarEntryType.File && file.Status.LinkCount > 1 && !linked.TryAdd((file.Status.Device, file.Status.Inode), file.Path))
            {
                byte[] first = linked[(file.Status.Device, file.Status.Inode)];
                // Attributes are repeated: a reader that gives the owner to every name clears the file's capability with it.
                await writer.WriteEntryAsync(entry with { Type = TarEntryType.HardLink, LinkName = first, Size = 0 }, null, cancellationToken);
            }
            else if (type == TarEntryType.File)
            {
                await using var content = new FileStream(file.OpenRead(), FileAccess.Read, bufferSize: 0);
                await writer.WriteEntryAsync(entry, content, cancellationToken);
            }
            else
            {
                await writer.WriteEntryAsync(entry, null, cancellationToken);
            }
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private static TarEntry EntryOf(MergedFile file, TarEntryType type, FileTime? latest) => new()
    {
        Type = type,
        Name = file.Path,
        LinkName = type == TarEntryType.SymbolicLink ? file.ReadLink() : [],
        Mode = file.Status.Mode,
        Uid = file.Status.Uid,
        Gid = file.Status.Gid,
        Size = type == TarEntryType.File ? file.Status.Size : 0,
        ModifiedSeconds = file.Status.Modified.AtMost(latest).Seconds,
        DeviceMajor = file.Status.DeviceMajor,
        DeviceMinor = file.Status.DeviceMinor,
        Attributes = [.. file.Attributes().Select(a => new TarAttribute(UnixPath.Encode(a.Key), a.Value))],
    };

    private static TarEntryType? TypeOf(FileType type) => type switch
    {
        FileType.Regular => TarEntryType.File,
        FileType.Directory => TarEntryType.Directory,
        FileType.SymbolicLink => TarEntryType.SymbolicLink,
        FileType.CharacterDevice => TarEntryType.CharacterDevice,
        FileType.BlockDevice => TarEntryType.BlockDevice,
        FileType.Fifo => TarEntryType.Fifo,
        _ => null,
    };
}
