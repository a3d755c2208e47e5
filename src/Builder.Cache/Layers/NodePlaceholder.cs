using System.Globalization;
using System.Text;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

/// <summary>
/// Device nodes can't be made in a user namespace: in snapshots they are empty regular files that carry what they stand for in an
/// extended attribute, <c>c:MAJOR:MINOR</c> or <c>b:MAJOR:MINOR</c>. Everything that leaves the store is a device node again.
/// </summary>
public static class NodePlaceholder
{
    /// <summary>Name of the extended attribute.</summary>
    public const string AttributeName = "user.builder.node";

    private const int LongestValue = 32;

    /// <summary>The status of an entry, or of the device node it stands for.</summary>
    /// <param name="directory">Where the entry is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="status">Its own status.</param>
    public static FileStatus Translate(DirectoryHandle directory, ReadOnlySpan<byte> name, FileStatus status)
    {
        if (status is not { Type: FileType.Regular, Size: 0 }) return status;
        if (directory.GetAttribute(name, AttributeName) is not { } value || !TryParse(value, out FileType type, out uint major, out uint minor)) return status;
        return status with { Type = type, DeviceMajor = major, DeviceMinor = minor };
    }

    /// <summary>Makes a placeholder, owned by the caller; its owner, mode and times are set as those of any file.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="type">Character or block device.</param>
    /// <param name="major">Major number.</param>
    /// <param name="minor">Minor number.</param>
    public static void Make(DirectoryHandle directory, ReadOnlySpan<byte> name, FileType type, uint major, uint minor)
    {
        char kind = type switch
        {
            FileType.CharacterDevice => 'c',
            FileType.BlockDevice => 'b',
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a device"),
        };
        using (SafeFileHandle file = directory.CreateFile(name, 0b110_000_000))
        {
            // Made for its name only.
        }

        directory.SetAttribute(name, AttributeName, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind}:{major}:{minor}")));
    }

    private static bool TryParse(byte[] value, out FileType type, out uint major, out uint minor)
    {
        (type, major, minor) = (FileType.Unknown, 0, 0);
        if (value.Length > LongestValue) return false;
        string[] parts = Encoding.ASCII.GetString(value).Split(':');
        if (parts.Length != 3) return false;
        type = parts[0] switch
        {
            "c" => FileType.CharacterDevice,
            "b" => FileType.BlockDevice,
            _ => FileType.Unknown,
        };
        return type != FileType.Unknown
            && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out major)
            && uint.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out minor)
            && (type, major, minor) != (FileType.CharacterDevice, 0u, 0u);
    }
}
