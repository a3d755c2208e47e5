using System.Buffers;
using Builder.Linux;
using Builder.Linux.Files;
using Builder.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

internal sealed partial class LayerExtractor
{
    private const int PrivateFile = 0b110_000_000;
    private const int ModeBits = 0xFFF;

    private static FileTime TimeOf(TarEntry entry) => new(entry.ModifiedSeconds, entry.ModifiedNanoseconds);

    private static FileType TypeOf(TarEntryType type) => type == TarEntryType.BlockDevice ? FileType.BlockDevice : FileType.CharacterDevice;

    private static (int Uid, int Gid) OwnerOf(TarEntry entry) => entry is { Uid: >= 0 and < uint.MaxValue, Gid: >= 0 and < uint.MaxValue }
        ? ((int)(uint)entry.Uid, (int)(uint)entry.Gid)
        : throw new StoreException($"the layer has an owner that can't be: {entry.Uid}:{entry.Gid} of '{entry}'");

    private static StoreException Unmapped(TarEntry entry, SyscallException error) => new(
        $"'{entry}' belongs to {entry.Uid}:{entry.Gid}, which this user's id ranges (/etc/subuid, /etc/subgid) don't cover: {error.Message}", error);

    private void PlaceFile(TarEntry entry, TarReader reader, DraftLevel level, byte[] name)
    {
        MakeRoom(level, name);
        switch (entry.Type)
        {
            case TarEntryType.File:
                PlaceRegular(entry, reader, level, name);
                return;
            case TarEntryType.SymbolicLink:
                if (entry.LinkName.Length == 0 || entry.LinkName.Contains((byte)0)) throw new StoreException($"the layer has a symbolic link '{entry}' that points at no path");
                level.Upper.MakeSymbolicLink(entry.LinkName, name);
                SetOwner(entry, (uid, gid) => level.Upper.SetOwner(name, uid, gid));
                break;
            case TarEntryType.Fifo:
                level.Upper.MakeNode(name, FileType.Fifo, PrivateFile);
                SetAttributes(entry, level.Upper, name);
                break;
            case TarEntryType.CharacterDevice or TarEntryType.BlockDevice:
                NodePlaceholder.Make(level.Upper, name, TypeOf(entry.Type), entry.DeviceMajor, entry.DeviceMinor);
                SetAttributes(entry with { Attributes = [] }, level.Upper, name);
                break;
            default:
                throw new StoreException($"the layer has an entry '{entry}' of unknown type {entry.Type}");
        }

        level.Upper.SetTimes(name, TimeOf(entry));
    }

    private void PlaceRegular(TarEntry entry, TarReader reader, DraftLevel level, byte[] name)
    {
        SafeFileHandle file = level.Upper.CreateFile(name, PrivateFile);
        if (entry is { Size: <= PendingFiles.LargestFile, Extents: null, Attributes.Count: 0 })
        {
            FinishLater(entry, reader, file);
            return;
        }

        using (file)
        {
            EntryContent.Write(reader, file, _cancellationToken);
            SetOwner(entry, file);
            SetExtended(entry, level.Upper, name);
            FileMetadata.SetMode(file, entry.Mode & ModeBits);
            FileMetadata.SetTimes(file, TimeOf(entry));
        }
    }

    private void FinishLater(TarEntry entry, TarReader reader, SafeFileHandle file)
    {
        byte[] content = ArrayPool<byte>.Shared.Rent(PendingFiles.LargestFile);
        try
        {
            reader.Content.ReadExactly(content, 0, (int)entry.Size);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(content);
            file.Dispose();
            throw;
        }

        _pending.Add(entry.Name, file, content, (int)entry.Size, made =>
        {
            SetOwner(entry, made);
            FileMetadata.SetMode(made, entry.Mode & ModeBits);
            FileMetadata.SetTimes(made, TimeOf(entry));
        });
    }

    private static void SetOwner(TarEntry entry, SafeFileHandle file) => SetOwner(entry, (uid, gid) => FileMetadata.SetOwner(file, uid, gid));

    private void SetAttributesOfRoot(TarEntry entry)
    {
        DirectoryHandle root = _directories.Root.Upper;
        SetOwner(entry, root.SetOwnerSelf);
        foreach ((string attribute, byte[] value) in KeptAttributes(entry)) SetOne(entry, attribute, () => root.SetAttributeSelf(attribute, value));
        root.SetModeSelf(entry.Mode & ModeBits);
        _directories.SetTimeOfRoot(TimeOf(entry));
    }

    // The order matters: a new owner clears capabilities and set-id bits.
    private static void SetAttributes(TarEntry entry, DirectoryHandle directory, byte[] name)
    {
        SetOwner(entry, (uid, gid) => directory.SetOwner(name, uid, gid));
        SetExtended(entry, directory, name);
        directory.SetMode(name, entry.Mode & ModeBits);
    }

    private static void SetOwner(TarEntry entry, Action<int, int> set)
    {
        (int uid, int gid) = OwnerOf(entry);
        try
        {
            set(uid, gid);
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.EPERM)
        {
            throw Unmapped(entry, error);
        }
    }

    private static void SetExtended(TarEntry entry, DirectoryHandle directory, byte[] name)
    {
        foreach ((string attribute, byte[] value) in KeptAttributes(entry)) SetOne(entry, attribute, () => directory.SetAttribute(name, attribute, value));
    }

    private static void SetOne(TarEntry entry, string attribute, Action set)
    {
        try
        {
            set();
        }
        catch (SyscallException error) when (error.Errno != Errno.EDQUOT)
        {
            // A file system with room says so too when one file has more attributes than it keeps of one.
            string hint = error.Errno == Errno.ENOSPC ? "; it is full, or the file has too many" : "";
            throw new StoreException($"'{entry}' has an extended attribute '{attribute}' that the store's file system doesn't take: {error.Message}{hint}", error);
        }
    }

    private static IEnumerable<(string Name, byte[] Value)> KeptAttributes(TarEntry entry)
    {
        foreach (TarAttribute attribute in entry.Attributes)
        {
            if (!UnixPath.TryDecode(attribute.Name, out string name)) throw new StoreException($"'{entry}' has an extended attribute whose name is not UTF-8");
            if (!ImageAttributes.IsKept(name)) continue;

            // The kernel keeps user attributes of files and directories only.
            if (name.StartsWith("user.", StringComparison.Ordinal) && entry.Type is not (TarEntryType.File or TarEntryType.Directory)) continue;
            yield return (name, name == ImageAttributes.Capability ? ImageAttributes.WithoutNamespace(attribute.Value) : attribute.Value);
        }
    }
}
