using System.Diagnostics.CodeAnalysis;
using Builder.Executor.Contexts;
using Builder.Linux;
using Builder.Linux.Files;

namespace Builder.Executor.Copying;

/// <summary>Keeps the directory that was used last open: entries come directory by directory.</summary>
internal sealed class DirectoryCursor(DirectoryHandle root) : IDisposable
{
    private TreePath _path;
    private DirectoryHandle? _current;

    /// <summary>The directory; valid until the next call.</summary>
    public DirectoryHandle Open(TreePath path)
    {
        if (_current is not null && _path == path) return _current;
        _current?.Dispose();
        _current = null;
        _current = root.OpenDirectoryBeneath(path.ToBytes());
        _path = path;
        return _current;
    }

    /// <summary>The directory, valid until the next call; false when there is none.</summary>
    public bool TryOpen(TreePath path, [NotNullWhen(true)] out DirectoryHandle? directory)
    {
        try
        {
            directory = Open(path);
            return true;
        }
        catch (SyscallException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            directory = null;
            return false;
        }
    }

    /// <summary>Lets go of the directory: it may be another one from now on.</summary>
    public void Forget()
    {
        _current?.Dispose();
        _current = null;
    }

    public void Dispose() => _current?.Dispose();
}
