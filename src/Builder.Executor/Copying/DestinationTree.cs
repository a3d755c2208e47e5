using Builder.Executor.Contexts;
using Builder.Linux;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Copying;

/// <summary>The file system that is written to, through a view of it in which the new and the old are one tree.</summary>
/// <param name="root">Its root; not disposed.</param>
internal sealed class DestinationTree(DirectoryHandle root) : IDisposable
{
    public DirectoryHandle Root => root;

    /// <summary>Where the last entry was made.</summary>
    public DirectoryCursor Cursor { get; } = new(root);

    /// <summary>Where a path leads; links are followed, the last included, and never out of the root.</summary>
    public TreePath Resolve(string path) => LinkResolver.Resolve(root, TreePath.Parse(path), out _);

    /// <summary>Whether there is a directory at a resolved path.</summary>
    public bool IsDirectory(TreePath path) =>
        path.IsRoot || (root.TryStatBeneath(path.ToBytes(), followLast: false, out FileStatus status) && status.IsDirectory);

    /// <summary>The directory at a resolved path; valid until the next call.</summary>
    public DirectoryHandle Open(TreePath path) => Cursor.Open(path);

    /// <summary>Makes a directory and those above it where they are missing.</summary>
    /// <param name="path">Resolved.</param>
    /// <param name="owner">Of new ones.</param>
    /// <param name="mode">Of new ones.</param>
    /// <returns>Whether it was missing.</returns>
    /// <exception cref="OperationException">Something that isn't a directory is in the way.</exception>
    public bool EnsureDirectory(TreePath path, FileOwner owner, int mode)
    {
        if (IsDirectory(path)) return false;
        EnsureDirectory(path.Parent, owner, mode);
        DirectoryHandle parent = Open(path.Parent);
        byte[] name = path.Name;
        if (parent.TryStat(name, out _)) throw NotADirectory(path);
        parent.MakeDirectory(name, mode);
        parent.SetOwner(name, owner.Uid, owner.Gid);
        parent.SetMode(name, mode);
        return true;
    }

    /// <summary>Makes the topmost layer have a directory, which it has not as long as nothing was made in it.</summary>
    public void Touch(TreePath path)
    {
        if (path.IsRoot) return;
        DirectoryHandle parent = Open(path.Parent);
        FileStatus status = parent.Stat(path.Name);
        parent.SetOwner(path.Name, status.Uid, status.Gid);
    }

    /// <summary>Takes away what is in the way of a new file.</summary>
    /// <exception cref="OperationException">It is a directory.</exception>
    public DirectoryHandle Clear(TreePath path)
    {
        DirectoryHandle parent = path.IsRoot ? throw IsADirectory(path) : Open(path.Parent);
        if (!parent.TryStat(path.Name, out FileStatus status)) return parent;
        if (status.IsDirectory) throw IsADirectory(path);
        parent.RemoveFile(path.Name);
        return parent;
    }

    /// <summary>Makes a file and opens it for writing; what is in the way is taken away.</summary>
    /// <param name="parent">The directory of the path.</param>
    /// <param name="path">Resolved; for messages.</param>
    /// <param name="mode">Permission bits, before the umask.</param>
    /// <exception cref="OperationException">A directory is in the way.</exception>
    public static SafeFileHandle CreateFile(DirectoryHandle parent, TreePath path, int mode)
    {
        try
        {
            return parent.CreateFile(path.Name, mode);
        }
        catch (SyscallException e) when (e.Errno == Errno.EEXIST)
        {
            if (parent.TryStat(path.Name, out FileStatus status) && status.IsDirectory) throw IsADirectory(path);
            parent.RemoveFile(path.Name);
            return parent.CreateFile(path.Name, mode);
        }
    }

    /// <summary>Takes away whatever is in the way, a directory with all that is in it included.</summary>
    public DirectoryHandle ClearAll(TreePath path)
    {
        if (!path.IsRoot && IsDirectory(path))
        {
            Open(path.Parent).RemoveTree(path.Name);
            Cursor.Forget();
        }

        return Clear(path);
    }

    public static OperationException NotADirectory(TreePath path) => new($"cannot copy to non-directory: /{path}");

    public static OperationException IsADirectory(TreePath path) => new($"cannot replace the directory /{path} with a file");

    public void Dispose() => Cursor.Dispose();
}
