using Builder.Linux.Files;
using Builder.Linux.Mounts;
using Builder.Sandbox.Plans;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>The mounts a plan asks for, and the files that are generated for it.</summary>
internal sealed class PlanMounts(SandboxPlan plan, MountTargets targets)
{
    private const MountAttributes MemoryAttributes = MountAttributes.NoSuid | MountAttributes.NoDevice;
    private const int ReadableMode = 0x1A4;

    /// <summary>Attaches everything. Trees were detached before the root covered what they are made from.</summary>
    /// <param name="trees">One for each <see cref="TreeMount"/>, in order.</param>
    public void Attach(Queue<SafeFileHandle> trees)
    {
        foreach (SandboxMount mount in plan.Mounts)
        {
            switch (mount)
            {
                case BindMount bind:
                    AttachBind(bind);
                    break;
                case TreeMount:
                    using (SafeFileHandle tree = trees.Dequeue()) AttachTree(tree, mount.Target);
                    break;
                case TmpfsMount tmpfs:
                    AttachTmpfs(tmpfs);
                    break;
            }
        }
    }

    private void AttachBind(BindMount bind)
    {
        using SafeFileHandle clone = MountCalls.CloneTree(null, bind.Source, recursive: true);
        if (bind.ReadOnly) MountCalls.SetAttributes(clone, MountAttributes.ReadOnly, recursive: true, bind.Target);
        AttachTree(clone, bind.Target);
    }

    private void AttachTree(SafeFileHandle mount, string path)
    {
        bool directory = DirectoryHandle.FileStatusOf(mount).Type == FileType.Directory;
        using SafeFileHandle target = targets.Open(path, directory);
        MountCalls.Attach(mount, target, path);
    }

    private void AttachTmpfs(TmpfsMount tmpfs)
    {
        var options = new List<KeyValuePair<string, string?>> { new("mode", Convert.ToString(tmpfs.Mode, 8)) };
        if (tmpfs.SizeBytes is { } size) options.Add(new("size", size.ToString()));
        using SafeFileHandle mount = MountCalls.CreateFileSystem("tmpfs", options, MemoryAttributes | MountAttributes.NoExecute);
        using SafeFileHandle target = targets.Open(tmpfs.Target, directory: true);
        MountCalls.Attach(mount, target, tmpfs.Target);
    }

    /// <summary>
    /// Attaches the generated files and those of the plan. They live on a memory file system that stands where /proc will be while they are bound
    /// to their places; then it is taken away.
    /// </summary>
    public void AttachFiles()
    {
        List<(FileMount File, bool ReadOnly)> files = [.. GeneratedFiles(), .. plan.Mounts.OfType<FileMount>().Select(f => (f, true))];
        if (files.Count == 0) return;
        using SafeFileHandle memory = MountCalls.CreateFileSystem("tmpfs", [new("mode", "755")], MemoryAttributes);
        using (SafeFileHandle place = targets.OpenSystemDirectory("proc")) MountCalls.Attach(memory, place, "/proc");
        using DirectoryHandle directory = DirectoryHandle.OpenMount(memory);
        for (int i = 0; i < files.Count; i++)
        {
            (FileMount file, bool readOnly) = files[i];
            byte[] name = UnixPath.Encode(i.ToString());
            using (SafeFileHandle content = directory.CreateFile(name, file.Mode)) RandomAccess.Write(content, file.Content.Span, 0);
            directory.SetOwner(name, file.Uid, file.Gid);
            directory.SetMode(name, file.Mode);
            using SafeFileHandle source = directory.OpenPathBeneath(name, followLast: false);
            using SafeFileHandle clone = MountCalls.CloneTree(source, "", recursive: false);
            if (readOnly) MountCalls.SetAttributes(clone, MountAttributes.ReadOnly, recursive: false, file.Target);
            using SafeFileHandle target = targets.Open(file.Target, directory: false);
            MountCalls.Attach(clone, target, file.Target);
        }

        targets.DetachSystemDirectory("proc");
    }

    private IEnumerable<(FileMount File, bool ReadOnly)> GeneratedFiles()
    {
        foreach ((string path, string? text) in ((string, string?)[])
            [("/etc/hosts", plan.Hosts), ("/etc/resolv.conf", plan.ResolvConf), ("/etc/hostname", plan.HostnameFile)])
        {
            if (text is not null) yield return (new FileMount(path, UnixPath.Encode(text), ReadableMode), plan.ReadOnlyGeneratedFiles);
        }
    }
}
