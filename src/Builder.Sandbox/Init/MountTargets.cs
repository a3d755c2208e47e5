using System.Runtime.InteropServices;
using Builder.Linux;
using Builder.Linux.Files;
using Builder.Linux.Mounts;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>Finds the places to mount on, beneath the container's root; makes those that are missing and remembers them.</summary>
internal sealed class MountTargets(DirectoryHandle root, string rootPath)
{
    private const int DirectoryMode = 0x1ED;
    private const int FileMode = 0x1A4;
    private readonly List<MountStub> _stubs = [];
    private readonly Dictionary<string, FileTime> _directories = new(StringComparer.Ordinal);
    private readonly List<string> _covered = [];

    /// <summary>What was made in the container's own tree.</summary>
    public StubReport Stubs => new(_stubs, _directories);

    /// <summary>Mounts at a place.</summary>
    /// <param name="mount">Detached; its root is a file or a directory, and the place must be the same.</param>
    /// <param name="path">Absolute path in the container.</param>
    public void Attach(SafeFileHandle mount, string path)
    {
        bool directory = DirectoryHandle.FileStatusOf(mount).Type == FileType.Directory;
        using SafeFileHandle target = Resolved(path, () => Open(path, directory));
        _covered.Add(PathOf(target));
        MountCalls.Attach(mount, target, path);
    }

    /// <summary>Permission bits of what is at a place, links followed; null when nothing is.</summary>
    /// <param name="path">Absolute path in the container.</param>
    public int? ModeOf(string path) => Resolved<int?>(
        path, () => root.TryStatBeneath(UnixPath.Encode(path), followLast: true, out FileStatus status) ? status.Mode : null);

    /// <summary>Opens a directory directly below the root that must not be a link: a place of the system's own such as /proc.</summary>
    public SafeFileHandle OpenSystemDirectory(string name)
    {
        byte[] bytes = UnixPath.Encode(name);
        if (!root.TryStatBeneath(bytes, followLast: false, out FileStatus status)) Make("/" + name, directory: true);
        else if (status.Type != FileType.Directory) throw new SetupException(125, $"/{name} is not a directory in the image");
        _covered.Add(name);
        return root.OpenPathBeneath(bytes, followLast: false);
    }

    /// <summary>Takes away what is mounted on a directory directly below the root.</summary>
    public void DetachSystemDirectory(string name) => MountCalls.Detach($"{rootPath}/{name}");

    // The kernel says the same of links in a circle and of those of /proc that stand for what a process has open: both lead nowhere.
    private static T Resolved<T>(string path, Func<T> resolve)
    {
        try
        {
            return resolve();
        }
        catch (SyscallException e) when (e.Errno == Errno.ELOOP)
        {
            throw new SetupException(
                125, $"can't mount on {path}: it leads through what a process has open, such as /proc/self/fd, or through links in a circle", "mount on a path of the image's own files");
        }
        catch (SyscallException e) when (e.Errno == Errno.ENAMETOOLONG)
        {
            throw new SetupException(125, $"can't mount on {path}: a name of it is too long", "names have at most 255 bytes, paths 4095");
        }
        catch (SyscallException e)
        {
            throw new SetupException(125, $"can't mount on {path}: it can't be made: {Marshal.GetPInvokeErrorMessage(e.Errno)}", "mount on a path of the image's own files");
        }
    }

    // Links of the image resolve inside the root.
    private SafeFileHandle Open(string path, bool directory)
    {
        byte[] bytes = UnixPath.Encode(path);
        if (!root.TryStatBeneath(bytes, followLast: true, out FileStatus status))
        {
            Make(MissingPath.Find(root, path), directory);
        }
        else if (status.Type == FileType.Directory != directory)
        {
            throw new SetupException(125, $"can't mount a {(directory ? "directory" : "file")} on {path}: it is a {(directory ? "file" : "directory")} in the image");
        }

        return root.OpenPathBeneath(bytes);
    }

    private void Make(string path, bool directory)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int existing = names.Length;
        while (existing > 0 && !root.TryStatBeneath(UnixPath.Encode(string.Join('/', names[..existing])), followLast: true, out _)) existing--;
        DirectoryHandle current = OpenParent(names[..existing], path);
        string parentPath = PathOf(current.Handle);
        FileTime before = current.StatSelf().Modified;
        using DirectoryHandle parent = current.Duplicate();
        for (int i = existing; i < names.Length; i++)
        {
            byte[] name = UnixPath.Encode(names[i]);
            if (i < names.Length - 1 || directory)
            {
                current.MakeDirectory(name, DirectoryMode);
                DirectoryHandle next = current.OpenDirectory(name);
                current.Dispose();
                current = next;
            }
            else
            {
                using SafeFileHandle file = current.CreateFile(name, FileMode);
            }
        }

        current.Dispose();
        Remember(new MountStub(parentPath, names[existing..], before, parent.StatSelf().Modified));
    }

    // What is made inside of another mount is no part of the tree, though the tree may have something of the same name below.
    private void Remember(MountStub stub)
    {
        if (_covered.Exists(c => stub.Parent == c || stub.Parent.StartsWith(c + "/", StringComparison.Ordinal))) return;
        _stubs.Add(stub);
        for (string path = stub.Parent; path.Length > 0; path = path[..Math.Max(0, path.LastIndexOf('/'))])
        {
            if (root.TryStatBeneath(UnixPath.Encode(path), followLast: false, out FileStatus status)) _directories[path] = status.Changed;
        }
    }

    private DirectoryHandle OpenParent(string[] names, string path)
    {
        try
        {
            return root.OpenDirectoryBeneath(UnixPath.Encode(string.Join('/', names)));
        }
        catch (SyscallException e) when (e.Errno == Errno.ENOTDIR)
        {
            throw new SetupException(125, $"can't mount on {path}: /{string.Join('/', names)} is not a directory in the image");
        }
    }

    // The kernel knows the path of a descriptor; below the root's mount point it is the path in the container, links resolved.
    private string PathOf(SafeFileHandle place)
    {
        string link = $"/proc/self/fd/{place.DangerousGetHandle()}";
        string path = new FileInfo(link).LinkTarget ?? throw new SetupException(125, $"{link} can't be read");
        if (!path.StartsWith(rootPath, StringComparison.Ordinal)) throw new SetupException(125, $"{path} is outside of the container's root");
        return path[rootPath.Length..].Trim('/');
    }
}
