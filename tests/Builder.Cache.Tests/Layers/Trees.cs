using System.Globalization;
using System.Text;
using Builder.Cache.Layers;
using Builder.Cache.Snapshots;
using Builder.Linux.Files;
using Builder.Oci.Tar;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Tests.Layers;

/// <summary>Describes trees and layers as lines of text, to compare.</summary>
internal static class Trees
{
    /// <summary>The merged tree of a snapshot, one line an entry.</summary>
    internal static string[] Describe(BuilderStore store, Snapshot snapshot)
    {
        using MergedTree tree = MergedTree.Open(store.Snapshots, snapshot);
        return [.. tree.Walk([]).Select(Describe)];
    }

    /// <summary>Only the paths.</summary>
    internal static string[] Paths(BuilderStore store, Snapshot snapshot)
    {
        using MergedTree tree = MergedTree.Open(store.Snapshots, snapshot);
        return [.. tree.Walk([]).Select(f => UnixPath.Quote(f.Path))];
    }

    /// <summary>The entries of a stored layer, one line each.</summary>
    internal static string[] Entries(BuilderStore store, LayerBlob blob)
    {
        using Stream file = store.Blobs.OpenRead(blob.BlobDigest);
        using TarReader reader = new(file);
        List<string> lines = [];
        while (reader.ReadEntry() is { } entry)
        {
            string text = $"{entry.Type} {Convert.ToString(entry.Mode, 8)} {entry.Uid}:{entry.Gid} {UnixPath.Quote(entry.Name)}";
            if (entry.LinkName.Length > 0) text += " -> " + UnixPath.Quote(entry.LinkName);
            if (entry.Type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice) text += $" {entry.DeviceMajor},{entry.DeviceMinor}";
            if (entry.Size is > 0 and < 100) text += " '" + new StreamReader(reader.Content).ReadToEnd() + "'";
            lines.Add(text + string.Concat(entry.Attributes.Select(a => $" {UnixPath.Quote(a.Name)}={Convert.ToHexStringLower(a.Value)}")));
        }

        return [.. lines];
    }

    internal static string Describe(MergedFile file)
    {
        FileStatus status = file.Status;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{status.Type} {Convert.ToString(status.Mode, 8)} {status.Uid}:{status.Gid} @{status.Modified.Seconds} {UnixPath.Quote(file.Path)}");
        if (status.IsSymbolicLink) text.Append(" -> ").Append(UnixPath.Quote(file.ReadLink()));
        if (status.IsRegular)
        {
            using SafeFileHandle handle = file.OpenRead();
            using StreamReader reader = new(new FileStream(handle, FileAccess.Read, 1));
            text.Append(" '").Append(reader.ReadToEnd()).Append('\'');
        }

        if (status.Type is FileType.CharacterDevice or FileType.BlockDevice) text.Append(CultureInfo.InvariantCulture, $" {status.DeviceMajor},{status.DeviceMinor}");
        foreach ((string name, byte[] value) in file.Attributes()) text.Append(CultureInfo.InvariantCulture, $" {name}={Convert.ToHexStringLower(value)}");
        return text.ToString();
    }
}
