using Builder.Linux.Files;

namespace Builder.Cache.Snapshots;

/// <summary>
/// The boundary between what was copied into a draft and what changed there later: a file whose ctime is later than that of everything
/// copied and earlier than that of any change.
/// </summary>
internal static class CopyMarker
{
    /// <summary>
    /// Places the marker. File systems stamp with the kernel's coarse clock, which stands still for some milliseconds: it must tick once
    /// before the marker and once after it.
    /// </summary>
    internal static void Place(string directory)
    {
        using DirectoryHandle handle = DirectoryHandle.Open(directory);
        byte[] marker = UnixPath.Encode(SnapshotStore.MarkerName);
        byte[] probe = UnixPath.Encode(SnapshotStore.MarkerName + "-probe");
        handle.CreateFile(probe, 0b110_000_000).Dispose();
        AwaitTick(handle, probe);
        handle.CreateFile(marker, 0b110_000_000).Dispose();
        AwaitTick(handle, probe);
        handle.RemoveFile(probe);
    }

    private static void AwaitTick(DirectoryHandle handle, byte[] probe)
    {
        FileTime start = Touch(handle, probe);
        while (Touch(handle, probe) <= start) Thread.Yield();
    }

    private static FileTime Touch(DirectoryHandle handle, byte[] probe)
    {
        handle.SetMode(probe, 0b110_000_000);
        return handle.Stat(probe).Changed;
    }
}
