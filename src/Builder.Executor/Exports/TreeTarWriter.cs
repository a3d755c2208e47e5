using Builder.Cache.Layers;
using Builder.Linux.Files;
using Builder.Oci.Tar;

namespace Builder.Executor.Exports;

/// <summary>Writes a whole file system as one flat tar.</summary>
public static class TreeTarWriter
{
    private const int DirectoryMode = 0x1ED;
    private const int FileMode = 0x1A4;

    /// <summary>Writes the archive, its end included.</summary>
    /// <param name="tree">Null for the empty one.</param>
    /// <param name="latest">No file is written with a later time; null for no limit.</param>
    /// <param name="output">Where to.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task WriteAsync(MergedTree? tree, FileTime? latest, Stream output, CancellationToken cancellationToken)
    {
        var writer = new TarWriter(output);
        await WriteTreeAsync(writer, tree, latest, "", cancellationToken);
        await writer.CompleteAsync(cancellationToken);
    }

    /// <summary>Writes a directory of its own for a tree; the root itself when its name is empty.</summary>
    internal static async Task WriteTreeAsync(TarWriter writer, MergedTree? tree, FileTime? latest, string directory, CancellationToken cancellationToken)
    {
        byte[] prefix = directory.Length == 0 ? [] : UnixPath.Encode(directory + "/");
        if (prefix.Length > 0)
            await writer.WriteEntryAsync(new TarEntry { Type = TarEntryType.Directory, Name = UnixPath.Encode(directory), Mode = DirectoryMode, ModifiedSeconds = latest?.Seconds ?? 0 }, null, cancellationToken);
        var holes = new HoleCount();
        var linked = new Dictionary<(ulong Device, ulong Inode), byte[]>();
        foreach (MergedFile file in tree?.Walk([]) ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TypeOf(file.Status.Type) is not { } type) continue;
            TarEntry entry = EntryOf(file, type, latest, prefix);
            if (type == TarEntryType.File && file.Status.LinkCount > 1 && !linked.TryAdd((file.Status.Device, file.Status.Inode), file.Path))
            {
                byte[] first = linked[(file.Status.Device, file.Status.Inode)];
                // Attributes are repeated: a reader that gives the owner to every name clears the file's capability with it.
                await writer.WriteEntryAsync(entry with { Type = TarEntryType.HardLink, LinkName = [.. prefix, .. first], Size = 0 }, null, cancellationToken);
            }
            else if (type == TarEntryType.File)
            {
                holes.Add(file.Path, file.Status);
                await using var content = new FileStream(file.OpenRead(), FileAccess.Read, bufferSize: 0);
                await writer.WriteEntryAsync(entry, content, cancellationToken);
            }
            else
            {
                await writer.WriteEntryAsync(entry, null, cancellationToken);
            }
        }
    }

    /// <summary>Writes a small file.</summary>
    internal static async Task WriteFileAsync(TarWriter writer, string path, ReadOnlyMemory<byte> content, FileTime? latest, CancellationToken cancellationToken)
    {
        var entry = new TarEntry { Type = TarEntryType.File, Name = UnixPath.Encode(path), Mode = FileMode, Size = content.Length, ModifiedSeconds = latest?.Seconds ?? 0 };
        await using var stream = new MemoryStream(content.ToArray(), writable: false);
        await writer.WriteEntryAsync(entry, stream, cancellationToken);
    }

    private static TarEntry EntryOf(MergedFile file, TarEntryType type, FileTime? latest, byte[] prefix) => new()
    {
        Type = type,
        Name = [.. prefix, .. file.Path],
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
