using Builder.Linux.Files;
using Builder.Linux.Mounts;
using Builder.Sandbox.Plans;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>The mounts a plan asks for, and the files that are generated for it: parents before what lies in them, else in the plan's order.</summary>
internal sealed class PlanMounts
{
    private const MountAttributes MemoryAttributes = MountAttributes.NoSuid | MountAttributes.NoDevice;
    private const int ReadableMode = 0x1A4;
    private const int WritableMode = 0x1FF | 0x200;

    private readonly IReadOnlyList<SandboxMount> _mounts;
    private readonly Queue<SafeFileHandle> _trees;
    private Queue<SafeFileHandle> _files = [];

    /// <summary>Detaches the plan's trees. They must be before the root covers what they are made from.</summary>
    public PlanMounts(SandboxPlan plan)
    {
        _mounts = [.. GeneratedFiles(plan).Concat(plan.Mounts).OrderBy(m => m.Target.Split('/', StringSplitOptions.RemoveEmptyEntries).Length)];
        _trees = new Queue<SafeFileHandle>(_mounts.OfType<TreeMount>().Select(RootMounter.Detach));
    }

    /// <summary>Makes the plan's files. Must be done before /proc is mounted.</summary>
    public void MakeFiles(MountTargets targets) => _files = MemoryFiles.Make([.. _mounts.OfType<FileMount>()], targets);

    /// <summary>Attaches everything.</summary>
    public void Attach(MountTargets targets)
    {
        foreach (SandboxMount mount in _mounts)
        {
            using SafeFileHandle made = mount switch
            {
                BindMount bind => CloneBind(bind),
                TreeMount => _trees.Dequeue(),
                FileMount => _files.Dequeue(),
                TmpfsMount tmpfs => MakeTmpfs(tmpfs, tmpfs.Mode ?? targets.ModeOf(tmpfs.Target) ?? WritableMode),
                _ => throw new ArgumentException($"unknown mount {mount.GetType().Name}", nameof(targets)),
            };
            targets.Attach(made, mount.Target);
        }
    }

    private static SafeFileHandle CloneBind(BindMount bind)
    {
        SafeFileHandle clone = bind.Beneath.Length == 0 ? MountCalls.CloneTree(null, bind.Source, recursive: true) : CloneBeneath(bind);
        if (bind.ReadOnly) MountCalls.SetAttributes(clone, MountAttributes.ReadOnly, recursive: true, bind.Target);
        return clone;
    }

    private static SafeFileHandle CloneBeneath(BindMount bind)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(bind.Source);
        using SafeFileHandle source = directory.OpenPathBeneath(UnixPath.Encode(bind.Beneath));
        return MountCalls.CloneTree(source, "", recursive: true);
    }

    private static SafeFileHandle MakeTmpfs(TmpfsMount tmpfs, int mode)
    {
        var options = new List<KeyValuePair<string, string?>> { new("mode", Convert.ToString(mode, 8)) };
        if (tmpfs.SizeBytes is { } size) options.Add(new("size", size.ToString()));
        MountAttributes attributes = MemoryAttributes
            | (tmpfs.Executable ? MountAttributes.None : MountAttributes.NoExecute)
            | (tmpfs.ReadOnly ? MountAttributes.ReadOnly : MountAttributes.None);
        return MountCalls.CreateFileSystem("tmpfs", options, attributes);
    }

    private static IEnumerable<FileMount> GeneratedFiles(SandboxPlan plan)
    {
        foreach ((string path, string? text) in ((string, string?)[])
            [("/etc/hosts", plan.Hosts), ("/etc/resolv.conf", plan.ResolvConf), ("/etc/hostname", plan.HostnameFile)])
        {
            if (text is not null) yield return new FileMount(path, UnixPath.Encode(text), ReadableMode) { ReadOnly = plan.ReadOnlyGeneratedFiles };
        }
    }
}
