using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Builder.Cache.Contexts;
using Builder.Cache.Layers;
using Builder.Linux;
using Builder.Linux.Files;
using Builder.Oci;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Contexts;

/// <summary>
/// A tree that is copied from: a build context with its ignore rules, or the file system of a stage or image. Nothing outside its root is
/// ever reached, whatever its links say.
/// </summary>
/// <param name="root">Its root; disposed with this.</param>
/// <param name="ignore">What counts as absent.</param>
/// <param name="description">For messages, such as <c>the build context</c>.</param>
/// <param name="isContext">False for a stage or an image.</param>
/// <param name="modes">What counts as the mode of what is in it.</param>
/// <param name="index">What earlier builds know of its files, or null.</param>
internal sealed class SourceTree(
    DirectoryHandle root, IgnoreRules ignore, string description, bool isContext, ContextModes modes = ContextModes.Keep, StatIndex? index = null) : IDisposable
{
    // Directories in a directory from which on cores share them.
    private const int WorthSharing = 4;

    private readonly HoleCount _holes = new();

    // What was read in this build and is not in the index: what it can't be sure of, or all where there is none.
    private readonly ConcurrentDictionary<string, KnownFile> _read = new(StringComparer.Ordinal);

    public IgnoreRules Ignore => ignore;

    public string Description => description;

    public bool IsContext => isContext;

    /// <summary>Whether entries are shown with other modes than those they have.</summary>
    public bool ChangesModes => modes != ContextModes.Keep;

    public DirectoryHandle Root => root;

    /// <summary>Follows all links; false when there is nothing. An ignored link leads nowhere.</summary>
    public bool TryResolve(TreePath path, out TreePath resolved) => TryResolve(path, out resolved, out _);

    /// <summary>Follows all links; tells which ignored link was in the way, if any.</summary>
    public bool TryResolve(TreePath path, out TreePath resolved, out TreePath? hiddenLink)
    {
        TreePath result = TreePath.Root;
        TreePath? hidden = null;
        int missing = 0;
        Access(path, () => result = LinkResolver.Resolve(root, path, out missing, ignore.IsEmpty ? null : IsHidden));
        (resolved, hiddenLink) = (result, hidden);
        return missing == 0;

        bool IsHidden(TreePath link)
        {
            if (!ignore.Excludes(link)) return false;
            hidden = link;
            return true;
        }
    }

    /// <summary>
    /// The entry and, for a directory, everything below it that isn't ignored or excluded; depth first, names in byte order.
    /// </summary>
    /// <param name="top">A path without links in it.</param>
    /// <param name="exclude">Rules on paths below <paramref name="excludeBase"/>.</param>
    /// <param name="excludeBase">The top or a directory above it.</param>
    /// <returns>Empty when nothing is left.</returns>
    public IReadOnlyList<TreeEntry> Walk(TreePath top, IgnoreRules exclude, TreePath excludeBase)
    {
        var entries = new List<TreeEntry>();
        var walk = new WalkState(ignore.StateOf(top), exclude.StateOf(top.RelativeTo(excludeBase)));
        if (top.IsRoot)
        {
            entries.Add(new TreeEntry(top, Shown(root.StatSelf()), null, []));
            WalkDirectory(top, walk, exclude, excludeBase, entries);
            return entries;
        }

        using DirectoryHandle directory = OpenDirectory(top.Parent);
        WalkEntry(directory, top, top.Name, walk, exclude, excludeBase, entries);
        return entries;
    }

    /// <summary>The names in a directory that could lead to something not ignored, in byte order.</summary>
    public IReadOnlyList<TreePath> List(TreePath directory)
    {
        using DirectoryHandle handle = OpenDirectory(directory);
        IgnoreState state = ignore.StateOf(directory);
        var result = new List<TreePath>();
        foreach (DirectoryEntry entry in handle.List().OrderBy(e => e.Name, ByteComparer.Ordinal))
        {
            TreePath path = directory.Child(entry.Name);
            IgnoreState at = ignore.Enter(state, path);
            bool isPassage = at.Excluded && entry.Type is FileType.Directory or FileType.Unknown && ignore.MayIncludeBelow(at, path);
            if (!at.Excluded || isPassage) result.Add(path);
        }

        return result;
    }

    /// <summary>Status of a path without links in it, not followed; null when there is nothing.</summary>
    public FileStatus? Stat(TreePath path)
    {
        if (path.IsRoot) return Shown(root.StatSelf());
        FileStatus status = default;
        bool found = false;
        Access(path, () => found = root.TryStatBeneath(path.ToBytes(), followLast: false, out status));
        return found ? Shown(status) : null;
    }

    /// <summary>An entry alone, without what is below it; null when there is nothing.</summary>
    /// <param name="path">A path without links in it.</param>
    public TreeEntry? Find(TreePath path)
    {
        if (path.IsRoot) return new TreeEntry(path, root.StatSelf(), null, []);
        using DirectoryHandle directory = OpenDirectory(path.Parent);
        TreeEntry? entry = null;
        Access(path, () => entry = Read(directory, path, path.Name));
        return entry;
    }

    /// <summary>Opens a regular file for reading.</summary>
    public SafeFileHandle OpenFile(TreePath path)
    {
        SafeFileHandle? file = null;
        Access(path, () => file = root.OpenFileBeneath(path.ToBytes()));
        return file!; // set, or Access has thrown
    }

    /// <summary>The sha256 of a file's content; a file is read once per build as long as its status stays.</summary>
    public Digest HashFile(TreeEntry entry, CancellationToken cancellationToken)
    {
        if (!Knows(entry)) entry.Known = ReadFile(entry, cancellationToken);
        return entry.Known!.Digest;
    }

    /// <summary>Whether the content of a file is known without reading it.</summary>
    public bool Knows(TreeEntry entry)
    {
        if (entry.Known is null && _read.TryGetValue(entry.Path.Bytes, out KnownFile? known) && known.IsOf(entry.Status)) entry.Known = known;
        return entry.Known is not null;
    }

    private KnownFile ReadFile(TreeEntry entry, CancellationToken cancellationToken)
    {
        KnownFile? known = null;
        Access(entry.Path, () =>
        {
            DateTimeOffset readAt = index?.Now ?? default;
            using SafeFileHandle file = root.OpenFileBeneath(entry.Path.ToBytes());
            FileStatus before = DirectoryHandle.FileStatusOf(file);
            if (before.IsRegular && !_holes.TryAdd(before)) throw new OperationException(HoleCount.Refusal(entry.Path.ToBytes(), before));
            known = new KnownFile(entry.Status, ContentHash.OfFile(file, cancellationToken), isPlain: entry.Attributes.Count == 0);
            bool isSame = known.IsOf(DirectoryHandle.FileStatusOf(file));
            if (!isSame || index is null || !index.Add(entry.Path.Bytes, known, readAt)) _read[entry.Path.Bytes] = known;
        });
        return known!; // set, or Access has thrown
    }

    /// <summary>Does something with an entry; a refusal of the kernel becomes a message that names it.</summary>
    /// <exception cref="OperationException">It can't be read.</exception>
    public void Access(TreePath path, Action action)
    {
        try
        {
            action();
        }
        catch (SyscallException e)
        {
            string reason = e.Errno switch
            {
                Errno.EACCES or Errno.EPERM => "permission denied",
                Errno.ELOOP => "too many symbolic links",
                Errno.ENOENT => "it vanished while it was being read",
                _ => e.Message,
            };
            string? hint = e.Errno is Errno.EACCES && isContext ? "make it readable, or list it in .dockerignore" : null;
            throw new OperationException($"can't read '{path}' in {description}: {reason}", hint, inner: e);
        }
        catch (IOException e)
        {
            throw new OperationException($"can't read '{path}' in {description}: {e.Message}", inner: e);
        }
    }

    public void Dispose() => root.Dispose();

    // As git keeps modes: whether the owner may execute a file, and nothing else.
    private FileStatus Shown(in FileStatus status)
    {
        const int Everything = 0x1ED, Readable = 0x1A4, OwnerExecutes = 0x40;
        return modes == ContextModes.Keep || !(status.IsRegular || status.IsDirectory)
            ? status
            : status with { Mode = status.IsDirectory || (status.Mode & OwnerExecutes) != 0 ? Everything : Readable };
    }

    private DirectoryHandle OpenDirectory(TreePath path)
    {
        DirectoryHandle? directory = null;
        Access(path, () => directory = root.OpenDirectoryBeneath(path.ToBytes()));
        return directory!; // set, or Access has thrown
    }

    private void WalkDirectory(TreePath path, WalkState state, IgnoreRules exclude, TreePath excludeBase, List<TreeEntry> into)
    {
        using DirectoryHandle directory = OpenDirectory(path);
        IReadOnlyList<DirectoryEntry> names = [];
        Access(path, () => names = directory.List());
        byte[][] sorted = [.. names.Select(e => e.Name).Order(ByteComparer.Ordinal)];
        if (names.Count(e => e.Type is FileType.Directory) < WorthSharing)
        {
            foreach (byte[] name in sorted) WalkChild(name, into);
            return;
        }

        // Each core walks other directories; the result is in order all the same, and so is the failure that is told.
        var parts = new List<TreeEntry>[sorted.Length];
        var failures = new ExceptionDispatchInfo?[sorted.Length];
        Parallel.For(0, sorted.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            try
            {
                WalkChild(sorted[i], parts[i] = []);
            }
            catch (OperationException e)
            {
                failures[i] = ExceptionDispatchInfo.Capture(e);
            }
        });
        failures.FirstOrDefault(f => f is not null)?.Throw();
        foreach (List<TreeEntry> part in parts) into.AddRange(part);

        void WalkChild(byte[] name, List<TreeEntry> part)
        {
            TreePath child = path.Child(name);
            var childState = new WalkState(
                ignore.Enter(state.Ignore, child), exclude.IsEmpty ? state.Exclude : exclude.Enter(state.Exclude, child.RelativeTo(excludeBase)));
            WalkEntry(directory, child, name, childState, exclude, excludeBase, part);
        }
    }

    private void WalkEntry(
        DirectoryHandle directory, TreePath path, byte[] name, WalkState state, IgnoreRules exclude, TreePath excludeBase, List<TreeEntry> into)
    {
        bool ignored = state.Ignore.Excluded, excluded = state.Exclude.Excluded;
        bool mayIncludeBelow = (!ignored || ignore.MayIncludeBelow(state.Ignore, path)) &&
            (!excluded || exclude.MayIncludeBelow(state.Exclude, path.RelativeTo(excludeBase)));
        if ((ignored || excluded) && !mayIncludeBelow) return;
        TreeEntry? entry = null;
        Access(path, () => entry = Read(directory, path, name));

        // What vanished is as if it had never been. A layer can't hold a socket; that of a context arrives as an empty file.
        if (entry is null || entry.Status.Type is FileType.Unknown || (entry.Status.Type is FileType.Socket && !isContext)) return;
        if (!entry.Status.IsDirectory)
        {
            if (!ignored && !excluded) into.Add(entry);
            return;
        }

        int before = into.Count;
        into.Add(entry);
        WalkDirectory(path, state, exclude, excludeBase, into);

        // An excluded directory is there only for the sake of what was taken back below it.
        if ((ignored || excluded) && into.Count == before + 1) into.RemoveAt(before);
    }

    private TreeEntry? Read(DirectoryHandle directory, TreePath path, byte[] name)
    {
        if (!directory.TryStat(name, out FileStatus status)) return null;
        status = Shown(status);
        byte[]? target = status.IsSymbolicLink ? directory.ReadLink(name) : null;
        if (!status.IsRegular && !status.IsDirectory) return new TreeEntry(path, status, target, []);
        KnownFile? known = status.IsRegular ? index?.Find(path.Bytes, status) : null;
        IReadOnlyList<string> names = known is { IsPlain: true } ? [] : directory.ListAttributes(name);
        return names.Count == 0
            ? new TreeEntry(path, status, null, []) { Known = known }
            : new TreeEntry(path, status, null, [
                .. names.Where(n => ExtendedAttribute.IsCarried(n, fromImage: !isContext)).Order(StringComparer.Ordinal)
                    .Select(n => (Name: n, Value: directory.GetAttribute(name, n)))
                    .Where(a => a.Value is not null).Select(a => new ExtendedAttribute(a.Name, a.Value!)), // null filtered just before
            ])
            { Known = known };
    }

    private readonly record struct WalkState(IgnoreState Ignore, IgnoreState Exclude);
}
