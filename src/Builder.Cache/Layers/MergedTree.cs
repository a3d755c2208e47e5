using Builder.Cache.Snapshots;
using Builder.Linux;
using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>
/// The whole file system of a snapshot, put together from its layers without a mount: whiteouts and opaque directories are respected,
/// symbolic links resolve inside. Read only; not for several threads at once.
/// </summary>
public sealed class MergedTree : IDisposable
{
    private const int MostLinks = 40;

    private MergedTree(MergedDirectory root) => Root = root;

    internal MergedDirectory Root { get; }

    /// <summary>Opens the tree of a snapshot.</summary>
    /// <exception cref="StoreException">A layer is gone.</exception>
    public static MergedTree Open(SnapshotStore snapshots, Snapshot snapshot) =>
        Open(snapshots.LayerDirectories(snapshot).Select(d => System.IO.Path.Combine(snapshots.Directory, d)));

    /// <summary>Opens a tree.</summary>
    /// <param name="layerDirectories">At least one, absolute, topmost first.</param>
    /// <exception cref="StoreException">A layer is gone.</exception>
    public static MergedTree Open(IEnumerable<string> layerDirectories)
    {
        List<DirectoryHandle> layers = [];
        try
        {
            foreach (string directory in layerDirectories) layers.Add(DirectoryHandle.Open(directory));
            if (layers.Count == 0) throw new ArgumentException("a tree has at least one layer", nameof(layerDirectories));
            return new MergedTree(new MergedDirectory(layers));
        }
        catch (Exception error)
        {
            foreach (DirectoryHandle layer in layers) layer.Dispose();
            if (error is SyscallException) throw new StoreException($"a layer can't be opened: {error.Message}", error);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Root.Dispose();

    /// <summary>
    /// What a path means, with the symbolic links on the way followed inside this tree; null when there is no such file. To be disposed.
    /// </summary>
    /// <param name="path">From the root; <c>..</c> does not leave it.</param>
    /// <param name="followLast">Whether a symbolic link at the end is followed.</param>
    /// <exception cref="StoreException">The links lead in a circle.</exception>
    public MergedFile? Find(ReadOnlySpan<byte> path, bool followLast = true)
    {
        using Resolution resolution = new(Root);
        if (!resolution.Run(path, followLast)) return null;
        byte[] name = resolution.Name;
        return name.Length == 0
            ? new MergedFile([], Root.Top.Duplicate(), [], Root.Top.StatSelf(), ownsDirectory: true)
            : new MergedFile(resolution.Path, resolution.Directory.Duplicate(), name, resolution.Status, ownsDirectory: true);
    }

    /// <summary>The path without symbolic links that a path means, or null when there is no such file. See <see cref="Find"/>.</summary>
    /// <exception cref="StoreException">The links lead in a circle.</exception>
    public byte[]? ResolvePath(ReadOnlySpan<byte> path, bool followLast = true)
    {
        using Resolution resolution = new(Root);
        return resolution.Run(path, followLast) ? resolution.Path : null;
    }

    /// <summary>The entries of a directory, sorted bytewise; null when the path means no directory. Symbolic links are followed.</summary>
    /// <exception cref="StoreException">The links lead in a circle.</exception>
    public IReadOnlyList<DirectoryEntry>? List(ReadOnlySpan<byte> path)
    {
        using Resolution resolution = new(Root);
        return resolution.Run(path, followLast: true) && resolution.IsDirectory ? resolution.Current.List() : null;
    }

    /// <summary>
    /// Everything below a directory, each directory before what is in it, names sorted bytewise. An entry may be used until the next one
    /// is asked for. Nothing when the path means no directory; symbolic links are followed on the way there, but not below.
    /// </summary>
    /// <exception cref="StoreException">The links lead in a circle.</exception>
    public IEnumerable<MergedFile> Walk(byte[] path)
    {
        using Resolution resolution = new(Root);
        if (!resolution.Run(path, followLast: true) || !resolution.IsDirectory) yield break;
        Stack<Level> levels = [];
        levels.Push(new Level(resolution.Current, resolution.Path, new(resolution.Current.List())));
        try
        {
            while (levels.TryPeek(out Level? level))
            {
                if (!level.Names.TryDequeue(out DirectoryEntry entry))
                {
                    levels.Pop();
                    if (levels.Count > 0) level.Directory.Dispose();
                    continue;
                }

                if (!level.Directory.TryFind(entry.Name, out DirectoryHandle directory, out FileStatus status)) continue;
                byte[] entryPath = UnixPath.Join(level.Path, entry.Name);
                yield return new MergedFile(entryPath, directory, entry.Name, status, ownsDirectory: false);
                if (status.IsDirectory && level.Directory.OpenDirectory(entry.Name) is { } below)
                    levels.Push(new Level(below, entryPath, new(below.List())));
            }
        }
        finally
        {
            // The lowest level belongs to the resolution.
            while (levels.Count > 1) levels.Pop().Directory.Dispose();
        }
    }

    private sealed record Level(MergedDirectory Directory, byte[] Path, Queue<DirectoryEntry> Names);

    /// <summary>Follows a path through the merged directories.</summary>
    private sealed class Resolution(MergedDirectory root) : IDisposable
    {
        // Directories entered from the root on, each with its name; the root is not among them.
        private readonly List<(MergedDirectory Directory, byte[] Name)> _entered = [];
        private byte[]? _file;

        public MergedDirectory Current => _entered.Count > 0 ? _entered[^1].Directory : root;

        public bool IsDirectory => _file is null;

        public DirectoryHandle Directory { get; private set; } = root.Top;

        public FileStatus Status { get; private set; }

        public byte[] Name => _file ?? (_entered.Count > 0 ? _entered[^1].Name : []);

        public byte[] Path
        {
            get
            {
                byte[] path = [];
                foreach ((_, byte[] name) in _entered) path = UnixPath.Join(path, name);
                return _file is null ? path : UnixPath.Join(path, _file);
            }
        }

        public void Dispose() => Leave(_entered.Count);

        public bool Run(ReadOnlySpan<byte> path, bool followLast)
        {
            Stack<byte[]> pending = [];
            Push(pending, path);
            int links = 0;
            while (pending.TryPop(out byte[]? name))
            {
                if (name.AsSpan().SequenceEqual("."u8)) continue;
                if (name.AsSpan().SequenceEqual(".."u8))
                {
                    Leave(Math.Min(1, _entered.Count));
                    continue;
                }

                if (_file is not null || name.Length > 255 || !Current.TryFind(name, out DirectoryHandle directory, out FileStatus status)) return false;
                if (status.IsSymbolicLink && (pending.Count > 0 || followLast))
                {
                    if (++links > MostLinks) throw new StoreException($"'{UnixPath.Quote(path)}': too many symbolic links");
                    byte[] target = directory.ReadLink(name);
                    if (target is [(byte)'/', ..]) Leave(_entered.Count);
                    Push(pending, target);
                }
                else if (status.IsDirectory) Enter(name);
                else _file = name;
            }

            Locate();
            return true;
        }

        private static void Push(Stack<byte[]> pending, ReadOnlySpan<byte> path)
        {
            List<byte[]> components = UnixPath.Split(path);
            for (int i = components.Count - 1; i >= 0; i--) pending.Push(components[i]);
        }

        private void Enter(byte[] name)
        {
            MergedDirectory directory = Current.OpenDirectory(name) ?? throw new StoreException($"'{UnixPath.Quote(name)}' vanished while it was read");
            _entered.Add((directory, name));
        }

        private void Leave(int count)
        {
            for (; count > 0; count--)
            {
                _entered[^1].Directory.Dispose();
                _entered.RemoveAt(_entered.Count - 1);
            }
        }

        private void Locate()
        {
            if (Name.Length == 0) return;
            MergedDirectory parent = _file is not null ? Current : _entered.Count > 1 ? _entered[^2].Directory : root;
            if (!parent.TryFind(Name, out DirectoryHandle directory, out FileStatus status)) throw new StoreException($"'{UnixPath.Quote(Name)}' vanished while it was read");
            (Directory, Status) = (directory, status);
        }
    }
}
