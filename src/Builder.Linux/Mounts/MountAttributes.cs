namespace Builder.Linux.Mounts;

/// <summary>Attributes of fsmount(2) and mount_setattr(2).</summary>
[Flags]
public enum MountAttributes : ulong
{
    None = 0,
    ReadOnly = 0x1,
    NoSuid = 0x2,
    NoDevice = 0x4,
    NoExecute = 0x8,
    StrictAccessTime = 0x20,
}
