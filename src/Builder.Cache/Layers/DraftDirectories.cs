using Builder.Linux.Files;

namespace Builder.Cache.Layers;

/// <summary>
/// Finds, and makes where they are missing, the directories a layer unpacks into. Symbolic links on the way, whether they are in this
/// layer or below it, lead where they would lead in the merged tree and never out of it. What is only below is copied up first. A directory
/// gets its time back whenever it is left: so nothing has to be kept of directories, of which an archive may have any number.
/// </summary>
internal sealed class DraftDirectories : IDisposable
{
    private const int MostLinks = 40;
    private const int DefaultMode = 0b111_101_101;

    // What the archive needs and doesn't describe is from the epoch.
    private static readonly FileTime Undescribed = new(0, 0);

    // The way to the directory used last, root first: archives are sorted more often than not.
    private readonly List<DraftLevel> _levels = [];
    private readonly List<byte[]> _names = [];

    // Of each level, what its directory's time is to be; the root's is null until an entry says it.
    private readonly List<FileTime?> _times = [null];
    private bool _sawLink;
    private bool _isStale;

    /// <summary>Begins at a root; takes the handles over.</summary>
    internal DraftDirectories(DirectoryHandle upper, MergedDirectory? lower) => _levels.Add(new DraftLevel([], upper, lower));

    internal DraftLevel Root => _levels[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DraftLevel level in _levels) level.Dispose();
    }

    /// <summary>To be called when a directory or link was replaced: nothing that is open may be trusted any more.</summary>
    internal void Forget() => _isStale = true;

    /// <summary>Remembers the time the root is to have in the end.</summary>
    internal void SetTimeOfRoot(FileTime time) => _times[0] = time;

    /// <summary>Gives all directories that are open their times: nothing is made in them any more.</summary>
    internal void SettleTimes()
    {
        Leave(_names.Count);
        if (_times[0] is { } time) Root.Upper.SetTimesSelf(time);
    }

    /// <summary>The directory a path means. Belongs to this object; valid until the next call.</summary>
    /// <param name="path">Cleaned: no <c>.</c>, <c>..</c> or empty components.</param>
    /// <exception cref="StoreException">Something on the way is not a directory, or links lead in a circle.</exception>
    internal DraftLevel Resolve(ReadOnlySpan<byte> path)
    {
        List<byte[]> components = UnixPath.Split(path);
        int common = 0;
        if (!_sawLink && !_isStale)
        {
            while (common < Math.Min(_names.Count, components.Count) && _names[common].AsSpan().SequenceEqual(components[common])) common++;
        }

        Leave(_names.Count - common);
        (_sawLink, _isStale) = (false, false);
        Stack<byte[]> pending = [];
        for (int i = components.Count - 1; i >= common; i--) pending.Push(components[i]);
        int links = 0;
        while (pending.TryPop(out byte[]? name))
        {
            if (name.AsSpan().SequenceEqual("."u8)) continue;
            if (name.AsSpan().SequenceEqual(".."u8))
            {
                Leave(Math.Min(1, _names.Count));
                continue;
            }

            if (Descend(name) is not { } target) continue;
            _sawLink = true;
            if (++links > MostLinks) throw new StoreException($"'/{UnixPath.Quote(path)}': too many symbolic links");
            if (target is [(byte)'/', ..]) Leave(_names.Count);
            List<byte[]> parts = UnixPath.Split(target);
            for (int i = parts.Count - 1; i >= 0; i--) pending.Push(parts[i]);
        }

        return _levels[^1];
    }

    // Enters a directory, or returns where a symbolic link points.
    private byte[]? Descend(byte[] name)
    {
        DraftLevel level = _levels[^1];
        byte[] path = UnixPath.Join(level.Path, name);
        if (name.Length > 255) throw new StoreException($"'/{UnixPath.Quote(path)}': a symbolic link leads to a name that is too long");
        if (level.Upper.TryStat(name, out FileStatus status))
        {
            if (status.IsSymbolicLink) return level.Upper.ReadLink(name);
            bool isRemoved = OverlayFormat.IsWhiteout(status);
            if (!isRemoved && !status.IsDirectory) throw NotADirectory(path);
            if (isRemoved)
            {
                level.Upper.RemoveFile(name);
                Make(level, name);
            }

            DirectoryHandle directory = level.Upper.OpenDirectory(name);
            if (isRemoved) OverlayFormat.MakeOpaque(directory);
            Enter(name, path, directory, OverlayFormat.IsOpaque(directory) ? null : level.Lower, isRemoved ? Undescribed : status.Modified);
            return null;
        }

        MergedDirectory? lower = level.Lower;
        if (lower?.TryFind(name, out DirectoryHandle layer, out status) == true)
        {
            if (status.IsSymbolicLink) return layer.ReadLink(name);
            if (!status.IsDirectory) throw NotADirectory(path);
            FileCopyUp.Copy(layer, name, status, level.Upper);
            Enter(name, path, level.Upper.OpenDirectory(name), lower, status.Modified);
            return null;
        }

        Make(level, name);
        Enter(name, path, level.Upper.OpenDirectory(name), lower: null, Undescribed);
        return null;
    }

    // A directory the archive needs and does not describe.
    private static void Make(DraftLevel level, byte[] name)
    {
        level.Upper.MakeDirectory(name, DefaultMode);
        level.Upper.SetMode(name, DefaultMode);
    }

    private void Enter(byte[] name, byte[] path, DirectoryHandle directory, MergedDirectory? lower, FileTime time)
    {
        MergedDirectory? below = null;
        try
        {
            below = lower?.OpenDirectory(name);
        }
        finally
        {
            // In any case: what is listed here is disposed with the rest.
            _levels.Add(new DraftLevel(path, directory, below));
            _names.Add(name);
            _times.Add(time);
        }
    }

    private void Leave(int count)
    {
        for (; count > 0; count--)
        {
            if (_times[^1] is { } time) _levels[^1].Upper.SetTimesSelf(time);
            _levels[^1].Dispose();
            _levels.RemoveAt(_levels.Count - 1);
            _names.RemoveAt(_names.Count - 1);
            _times.RemoveAt(_times.Count - 1);
        }
    }

    private static StoreException NotADirectory(byte[] path) => new($"'/{UnixPath.Quote(path)}' is not a directory, but a later entry is in it");
}
