using Builder.Linux.Native;

namespace Builder.Linux.Files;

/// <summary>Where a file system puts what is made in a directory.</summary>
public static unsafe class DirectoryPlacement
{
    /// <summary>
    /// Has ext4 give each directory made in this one a part of the disk of its own, as it does in its root directory, instead of one beside it. An
    /// inode that was freed in the last minutes is passed over when ext4 looks for a free one, one by one: making a tree where a large one has just
    /// been removed takes twenty times as long. Only a hint: other file systems don't know it, and a directory of somebody else stays as it is.
    /// The flag FS_TOPDIR_FL of ioctl_iflags(2).
    /// </summary>
    /// <param name="path">A directory of the host.</param>
    public static void SpreadChildren(string path)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(path);
        int flags;
        if (InodeFlagsH.Ioctl(directory.Handle, InodeFlagsH.GetFlags, &flags) < 0 || (flags & InodeFlagsH.TopDirectory) != 0) return;
        flags |= InodeFlagsH.TopDirectory;
        _ = InodeFlagsH.Ioctl(directory.Handle, InodeFlagsH.SetFlags, &flags);
    }

    /// <summary>Whether it does so.</summary>
    /// <param name="path">A directory of the host.</param>
    public static bool SpreadsChildren(string path)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(path);
        int flags;
        return InodeFlagsH.Ioctl(directory.Handle, InodeFlagsH.GetFlags, &flags) == 0 && (flags & InodeFlagsH.TopDirectory) != 0;
    }
}
