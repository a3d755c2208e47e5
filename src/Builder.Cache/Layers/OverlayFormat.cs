using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>How overlayfs (mounted with <c>userxattr</c>) says on disk what changed in a directory.</summary>
internal static class OverlayFormat
{
    internal const string OpaqueAttribute = "user.overlay.opaque";

    /// <summary>Character device 0:0: the name is gone, whatever the layers below say.</summary>
    internal static bool IsWhiteout(in FileStatus status) =>
        status is { Type: FileType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 };

    /// <summary>Whether a directory hides everything the layers below have in it.</summary>
    internal static bool IsOpaque(DirectoryHandle directory) =>
        directory.GetAttributeSelf(OpaqueAttribute) is { } value && value.AsSpan().SequenceEqual("y"u8);

    internal static void MakeWhiteout(DirectoryHandle directory, ReadOnlySpan<byte> name) =>
        directory.MakeNode(name, FileType.CharacterDevice, 0);

    internal static void MakeOpaque(DirectoryHandle directory) => directory.SetAttributeSelf(OpaqueAttribute, "y"u8);
}
