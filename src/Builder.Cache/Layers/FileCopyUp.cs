using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

/// <summary>Brings one entry of a layer below into the one being made, as it is: what overlayfs does before it changes a file.</summary>
internal static class FileCopyUp
{
    private const int PrivateFile = 0b110_000_000;
    private const int PrivateDirectory = 0b111_000_000;

    /// <summary>Copies an entry; of a directory only itself.</summary>
    internal static void Copy(DirectoryHandle from, byte[] name, in FileStatus status, DirectoryHandle to)
    {
        switch (status.Type)
        {
            case FileType.Directory:
                to.MakeDirectory(name, PrivateDirectory);
                break;
            case FileType.Regular:
                using (SafeFileHandle source = from.OpenRead(name))
                using (SafeFileHandle target = to.CreateFile(name, PrivateFile))
                {
                    FileCopier.Copy(source, target, CancellationToken.None);
                }

                break;
            case FileType.SymbolicLink:
                to.MakeSymbolicLink(from.ReadLink(name), name);
                break;
            default:
                to.MakeNode(name, status.Type, PrivateFile, status.DeviceMajor, status.DeviceMinor);
                break;
        }

        to.SetOwner(name, status.Uid, status.Gid);
        foreach ((string attribute, byte[] value) in ImageAttributes.Read(from, name)) to.SetAttribute(name, attribute, value);
        if (from.GetAttribute(name, NodePlaceholder.AttributeName) is { } node) to.SetAttribute(name, NodePlaceholder.AttributeName, node);
        if (!status.IsSymbolicLink) to.SetMode(name, status.Mode);
        to.SetTimes(name, status.Modified);
    }
}
