using Builder.Linux.Files;
using Builder.Linux.Mounts;
using Builder.Sandbox.Plans;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>Files with given content, as mounts of their own.</summary>
internal static class MemoryFiles
{
    /// <summary>
    /// Makes them on one memory file system. It stands where /proc will be while they are taken from it, then it goes away: nothing but the
    /// mounts leads to the files.
    /// </summary>
    /// <returns>A detached mount for each, in order.</returns>
    public static Queue<SafeFileHandle> Make(IReadOnlyList<FileMount> files, MountTargets targets)
    {
        var mounts = new Queue<SafeFileHandle>();
        if (files.Count == 0) return mounts;
        using SafeFileHandle memory = MountCalls.CreateFileSystem("tmpfs", [new("mode", "700")], MountAttributes.NoSuid | MountAttributes.NoDevice);
        using (SafeFileHandle place = targets.OpenSystemDirectory("proc")) MountCalls.Attach(memory, place, "/proc");
        using DirectoryHandle directory = DirectoryHandle.OpenMount(memory);
        for (int i = 0; i < files.Count; i++) mounts.Enqueue(Make(directory, UnixPath.Encode(i.ToString()), files[i]));
        targets.DetachSystemDirectory("proc");
        return mounts;
    }

    private static SafeFileHandle Make(DirectoryHandle directory, byte[] name, FileMount file)
    {
        using (SafeFileHandle content = directory.CreateFile(name, 0x180)) RandomAccess.Write(content, file.Content.Span, 0);
        directory.SetOwner(name, file.Uid, file.Gid);
        directory.SetMode(name, file.Mode);
        using SafeFileHandle source = directory.OpenPathBeneath(name, followLast: false);
        SafeFileHandle clone = MountCalls.CloneTree(source, "", recursive: false);
        MountAttributes attributes = (file.ReadOnly ? MountAttributes.ReadOnly : MountAttributes.None)
            | (file.Executable ? MountAttributes.None : MountAttributes.NoExecute);
        MountCalls.SetAttributes(clone, attributes, recursive: false, file.Target);
        return clone;
    }
}
