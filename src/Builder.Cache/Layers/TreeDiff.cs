using System.Buffers;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cache.Layers;

/// <summary>
/// The differences between a tree that began as a copy and what it was copied from, in the order of <see cref="OverlayChanges"/>.
/// </summary>
/// <remarks>
/// A change is recognised by its ctime, which no program can set: whatever its other times say, what was touched after the marker is
/// different. One thing escapes that: a directory moved over another brings its files along untouched. Moving marks the directory and
/// the one it now is in, so below a directory where both are marked everything is compared, content included.
/// </remarks>
internal static class TreeDiff
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Walks both trees.</summary>
    /// <param name="tree">The tree as it is now.</param>
    /// <param name="parent">What it was copied from.</param>
    /// <param name="marker">ctime of the moment the copy was finished.</param>
    internal static IEnumerable<TreeChange> Enumerate(DirectoryHandle tree, DirectoryHandle parent, FileTime marker) =>
        Enumerate(new Level(tree, parent, [], IsTouched: tree.StatSelf().Changed > marker, MayBeMoved: false, Pending(tree, parent)), marker);

    /// <summary>Walks two trees of which nothing is known, comparing everything, content included.</summary>
    /// <param name="tree">The tree as it is now.</param>
    /// <param name="parent">What it stands on.</param>
    internal static IEnumerable<TreeChange> Compare(DirectoryHandle tree, DirectoryHandle parent) =>
        Enumerate(new Level(tree, parent, [], IsTouched: false, MayBeMoved: true, Pending(tree, parent)), new FileTime(long.MaxValue, 0));

    private static IEnumerable<TreeChange> Enumerate(Level lowest, FileTime marker)
    {
        Stack<Level> levels = [];
        levels.Push(lowest);
        try
        {
            while (levels.TryPeek(out Level? level))
            {
                if (!level.Pending.TryDequeue(out (byte[] Name, bool IsRemoved) entry))
                {
                    levels.Pop();
                    if (levels.Count > 0) level.Dispose();
                    continue;
                }

                byte[] path = UnixPath.Join(level.Path, entry.Name);
                if (entry.IsRemoved)
                {
                    yield return new TreeChange(TreeChangeKind.Removed, path, level.Tree, entry.Name, default);
                    continue;
                }

                FileStatus status = level.Tree.Stat(entry.Name);
                FileStatus before = default;
                bool existed = level.Parent?.TryStat(entry.Name, out before) == true && before.Type == status.Type;
                if (!existed || status.Changed > marker || (level.MayBeMoved && Differs(level, entry.Name, status, before)))
                    yield return new TreeChange(TreeChangeKind.Present, path, level.Tree, entry.Name, status);
                if (status.IsDirectory) levels.Push(Enter(level, entry.Name, path, existed, status.Changed > marker));
            }
        }
        finally
        {
            // The lowest level belongs to the caller.
            while (levels.Count > 1) levels.Pop().Dispose();
        }
    }

    private static Level Enter(Level level, byte[] name, byte[] path, bool existed, bool isTouched)
    {
        DirectoryHandle tree = level.Tree.OpenDirectory(name);
        DirectoryHandle? parent = null;
        try
        {
            parent = existed ? level.Parent?.OpenDirectory(name) : null;
            return new Level(tree, parent, path, isTouched, level.MayBeMoved || (isTouched && level.IsTouched), Pending(tree, parent));
        }
        catch
        {
            tree.Dispose();
            parent?.Dispose();
            throw;
        }
    }

    private static Queue<(byte[] Name, bool IsRemoved)> Pending(DirectoryHandle tree, DirectoryHandle? parent)
    {
        List<byte[]> present = [.. tree.List().Select(e => e.Name)];
        present.Sort(ByteComparer.Ordinal);
        List<byte[]> removed = [];
        if (parent is not null)
        {
            HashSet<byte[]> names = new(present, ByteComparer.Ordinal);
            removed = [.. parent.List().Select(e => e.Name).Where(n => !names.Contains(n))];
            removed.Sort(ByteComparer.Ordinal);
        }

        return new([.. removed.Select(n => (n, true)), .. present.Select(n => (n, false))]);
    }

    private static bool Differs(Level level, byte[] name, FileStatus status, FileStatus before)
    {
        if ((status.Mode, status.Uid, status.Gid, status.Modified) != (before.Mode, before.Uid, before.Gid, before.Modified)) return true;
        if ((status.DeviceMajor, status.DeviceMinor) != (before.DeviceMajor, before.DeviceMinor)) return true;
        if (!status.IsDirectory && status.Size != before.Size) return true;
        DirectoryHandle parent = level.Parent!; // there was such an entry, so there is a directory it is in
        if (!HaveSameAttributes(level.Tree, parent, name)) return true;
        return status.Type switch
        {
            FileType.SymbolicLink => !level.Tree.ReadLink(name).AsSpan().SequenceEqual(parent.ReadLink(name)),
            FileType.Regular => !HaveSameContent(level.Tree, parent, name, status.Size),
            _ => false,
        };
    }

    private static bool HaveSameAttributes(DirectoryHandle tree, DirectoryHandle parent, byte[] name)
    {
        List<string> names = [.. tree.ListAttributes(name).Order(StringComparer.Ordinal)];
        if (!names.SequenceEqual(parent.ListAttributes(name).Order(StringComparer.Ordinal), StringComparer.Ordinal)) return false;
        return names.TrueForAll(n => tree.GetAttribute(name, n).AsSpan().SequenceEqual(parent.GetAttribute(name, n)));
    }

    private static bool HaveSameContent(DirectoryHandle tree, DirectoryHandle parent, byte[] name, long length)
    {
        using SafeFileHandle left = tree.OpenRead(name);
        using SafeFileHandle right = parent.OpenRead(name);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * BufferSize);
        try
        {
            for (long position = 0; position < length;)
            {
                Span<byte> leftPart = buffer.AsSpan(0, BufferSize);
                int count = RandomAccess.Read(left, leftPart, position);
                Span<byte> rightPart = buffer.AsSpan(BufferSize, count);
                if (count == 0 || RandomAccess.Read(right, rightPart, position) != count || !leftPart[..count].SequenceEqual(rightPart)) return false;
                position += count;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed record Level(
        DirectoryHandle Tree, DirectoryHandle? Parent, byte[] Path, bool IsTouched, bool MayBeMoved, Queue<(byte[] Name, bool IsRemoved)> Pending) : IDisposable
    {
        public void Dispose()
        {
            Tree.Dispose();
            Parent?.Dispose();
        }
    }
}
