using Builder.Cache.Layers;
using Builder.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cli.Comparing;

/// <summary>What differs between two file trees, whatever layers they are made of. Times don't count.</summary>
internal static class TreeComparison
{
    private const int BufferSize = 256 << 10;

    /// <summary>The differences in the order of their paths.</summary>
    /// <param name="before">One tree; null for an empty one.</param>
    /// <param name="after">The other.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static IEnumerable<TreeDifference> Compare(MergedTree? before, MergedTree? after, CancellationToken cancellationToken)
    {
        using IEnumerator<MergedFile> left = (before?.Walk([]) ?? []).GetEnumerator();
        using IEnumerator<MergedFile> right = (after?.Walk([]) ?? []).GetEnumerator();
        bool hasLeft = left.MoveNext();
        bool hasRight = right.MoveNext();
        while (hasLeft || hasRight)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int order = !hasLeft ? 1 : !hasRight ? -1 : Order(left.Current.Path, right.Current.Path);
            if (order < 0) yield return new TreeDifference('D', left.Current.Path, []);
            else if (order > 0) yield return new TreeDifference('A', right.Current.Path, []);
            else if (Differences(left.Current, right.Current) is { Count: > 0 } found) yield return new TreeDifference('C', right.Current.Path, found);
            if (order <= 0) hasLeft = left.MoveNext();
            if (order >= 0) hasRight = right.MoveNext();
        }
    }

    // A directory comes before what is in it, and that before its next sibling: the slash counts less than any other byte.
    private static int Order(byte[] left, byte[] right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        return left[common] == '/' ? -1 : right[common] == '/' ? 1 : left[common].CompareTo(right[common]);
    }

    private static List<string> Differences(MergedFile left, MergedFile right)
    {
        (FileStatus before, FileStatus after) = (left.Status, right.Status);
        // The very same file of a layer that both have.
        if (before.Inode == after.Inode && before.Device == after.Device && before.Type == after.Type) return [];
        if (before.Type != after.Type) return [$"type {Name(before.Type)} -> {Name(after.Type)}"];
        var found = new List<string>();
        if (before.Mode != after.Mode) found.Add($"mode {Octal(before.Mode)} -> {Octal(after.Mode)}");
        if (before.Uid != after.Uid || before.Gid != after.Gid) found.Add($"owner {before.Uid}:{before.Gid} -> {after.Uid}:{after.Gid}");
        if (after.IsSymbolicLink && !left.ReadLink().AsSpan().SequenceEqual(right.ReadLink())) found.Add($"target {UnixPath.Quote(left.ReadLink())} -> {UnixPath.Quote(right.ReadLink())}");
        if ((before.DeviceMajor, before.DeviceMinor) != (after.DeviceMajor, after.DeviceMinor)) found.Add($"device {before.DeviceMajor}:{before.DeviceMinor} -> {after.DeviceMajor}:{after.DeviceMinor}");
        if (after.IsRegular && before.Size != after.Size) found.Add($"size {before.Size} -> {after.Size}");
        else if (after.IsRegular && !HaveSameContent(left, right)) found.Add("content");
        found.AddRange(Attributes(left, right));
        return found;
    }

    private static IEnumerable<string> Attributes(MergedFile left, MergedFile right)
    {
        Dictionary<string, byte[]> before = left.Attributes().ToDictionary(StringComparer.Ordinal);
        Dictionary<string, byte[]> after = right.Attributes().ToDictionary(StringComparer.Ordinal);
        return before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(name => !before.TryGetValue(name, out byte[]? old) || !after.TryGetValue(name, out byte[]? now) || !old.AsSpan().SequenceEqual(now))
            .Select(name => $"attribute {name}");
    }

    private static bool HaveSameContent(MergedFile left, MergedFile right)
    {
        if (right.Status.Size == 0) return true;
        using SafeFileHandle before = left.OpenRead();
        using SafeFileHandle after = right.OpenRead();
        byte[] one = new byte[BufferSize];
        byte[] other = new byte[BufferSize];
        for (long position = 0; ;)
        {
            int count = ReadFully(before, one, position);
            if (count != ReadFully(after, other, position) || !one.AsSpan(0, count).SequenceEqual(other.AsSpan(0, count))) return false;
            if (count == 0) return true;
            position += count;
        }
    }

    private static int ReadFully(SafeFileHandle file, byte[] buffer, long position)
    {
        int total = 0;
        int count;
        while (total < buffer.Length && (count = RandomAccess.Read(file, buffer.AsSpan(total), position + total)) > 0) total += count;
        return total;
    }

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    private static string Name(FileType type) => type switch
    {
        FileType.Regular => "file",
        FileType.Directory => "directory",
        FileType.SymbolicLink => "link",
        FileType.CharacterDevice or FileType.BlockDevice => "device",
        FileType.Fifo => "pipe",
        _ => "other",
    };
}

/// <summary>One path that differs.</summary>
/// <param name="Kind">A for added, C for changed, D for deleted, as with docker.</param>
/// <param name="Path">From the root, without a leading slash.</param>
/// <param name="What">Of a changed one: what is different.</param>
internal sealed record TreeDifference(char Kind, byte[] Path, IReadOnlyList<string> What);
