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

    public IReadOnlyList<MountStub> Stubs => _stubs;

    /// <summary>Opens a place; links of the image resolve inside the root.</summary>
    /// <param name="path">Absolute path in the container.</param>
    /// <param name="directory">What to make when it is missing, and what it must be.</param>
    public SafeFileHandle Open(string path, bool directory)
    {
        byte[] bytes = UnixPath.Encode(path);
        if (!root.TryStatBeneath(bytes, followLast: true, out FileStatus status))
        {
            Make(path, directory);
        }
        else if (status.Type == FileType.Directory != directory)
        {
            throw new SetupException(125, $"can't mount a {(directory ? "directory" : "file")} on {path}: it is a {(directory ? "file" : "directory")} in the image");
        }

        return root.OpenPathBeneath(bytes);
    }

    /// <summary>Opens a directory directly below the root that must not be a link: a place of the system's own such as /proc.</summary>
    public SafeFileHandle OpenSystemDirectory(string name)
    {
        byte[] bytes = UnixPath.Encode(name);
        if (!root.TryStatBeneath(bytes, followLast: false, out FileStatus status)) Make("/" + name, directory: true);
        else if (status.Type != FileType.Directory) throw new SetupException(125, $"/{name} is not a directory in the image");
        return root.OpenPathBeneath(bytes, followLast: false);
    }

    /// <summary>Takes away what is mounted on a directory directly below the root.</summary>
    public void DetachSystemDirectory(string name) => MountCalls.Detach($"{rootPath}/{name}");

    private void Make(string path, bool directory)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int existing = names.Length;
        while (existing > 0 && !root.TryStatBeneath(UnixPath.Encode(string.Join('/', names[..existing])), followLast: true, out _)) existing--;
        DirectoryHandle current = OpenParent(names[..existing], path);
        string parentPath = PathOf(current);
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
        _stubs.Add(new MountStub(parentPath, names[existing..], before, parent.StatSelf().Modified));
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
    private string PathOf(DirectoryHandle directory)
    {
        string link = $"/proc/self/fd/{directory.Handle.DangerousGetHandle()}";
        string path = new FileInfo(link).LinkTarget ?? throw new SetupException(125, $"{link} can't be read");
        if (!path.StartsWith(rootPath, StringComparison.Ordinal)) throw new SetupException(125, $"{path} is outside of the container's root");
        return path[rootPath.Length..].Trim('/');
    }
}
