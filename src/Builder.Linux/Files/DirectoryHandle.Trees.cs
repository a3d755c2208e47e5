using System.Globalization;

namespace Builder.Linux.Files;

public sealed partial class DirectoryHandle
{
    private const int DeepestOpen = 128;

    /// <summary>
    /// Removes an entry and everything below it; nothing when there is none. Depth costs neither stack nor descriptors: what lies too
    /// deep is moved up to the top of the tree first.
    /// </summary>
    public void RemoveTree(ReadOnlySpan<byte> name)
    {
        if (!TryStat(name, out FileStatus status)) return;
        if (!status.IsDirectory)
        {
            RemoveFile(name);
            return;
        }

        using TreeRemoval removal = new();
        removal.Run(this, name.ToArray());
    }

    /// <summary>Removes everything in this directory, but not the directory.</summary>
    public void RemoveContents()
    {
        foreach (DirectoryEntry entry in List()) RemoveTree(entry.Name);
    }

    private sealed class TreeRemoval : IDisposable
    {
        private readonly Stack<Level> _open = [];
        private Level? _top;
        private int _hoisted;

        public void Run(DirectoryHandle parent, byte[] name)
        {
            _top = Enter(parent, name);
            while (_open.TryPeek(out Level? level))
            {
                if (level.Directories.TryDequeue(out byte[]? next))
                {
                    if (_open.Count < DeepestOpen) Enter(level.Directory, next);
                    else Hoist(level.Directory, next);
                    continue;
                }

                _open.Pop();
                level.Directory.Dispose();
                (_open.TryPeek(out Level? above) ? above.Directory : parent).RemoveDirectory(level.Name);
            }
        }

        public void Dispose()
        {
            while (_open.TryPop(out Level? level)) level.Directory.Dispose();
        }

        private Level Enter(DirectoryHandle parent, byte[] name)
        {
            Level level = new(parent.OpenDirectory(name), name, []);
            _open.Push(level);
            foreach (DirectoryEntry entry in level.Directory.List())
            {
                bool directory = entry.Type == FileType.Directory
                    || (entry.Type == FileType.Unknown && level.Directory.Stat(entry.Name).IsDirectory);
                if (directory) level.Directories.Enqueue(entry.Name);
                else level.Directory.RemoveFile(entry.Name);
            }

            return level;
        }

        private void Hoist(DirectoryHandle directory, byte[] name)
        {
            while (true)
            {
                byte[] target = UnixPath.Encode(string.Create(CultureInfo.InvariantCulture, $".builder-removed-{_hoisted++}"));
                try
                {
                    directory.Rename(name, _top!.Directory, target, replace: false);
                }
                catch (SyscallException e) when (e.Errno == Errno.EEXIST)
                {
                    continue;
                }

                _top.Directories.Enqueue(target);
                return;
            }
        }

        private sealed record Level(DirectoryHandle Directory, byte[] Name, Queue<byte[]> Directories);
    }
}
