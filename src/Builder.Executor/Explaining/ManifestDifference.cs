using Builder.Executor.Contexts;

namespace Builder.Executor.Explaining;

/// <summary>Names what differs between two lists of files.</summary>
internal static class ManifestDifference
{
    private const int Named = 20;

    /// <summary>
    /// The differences in order, at most so many that a person reads them, then a line that counts the rest. Streams through both lists,
    /// which are sorted alike.
    /// </summary>
    public static IReadOnlyList<string> Between(IEnumerable<ManifestLine> before, IEnumerable<ManifestLine> now)
    {
        var found = new List<string>();
        int more = 0;
        foreach (string difference in Compare(before, now))
        {
            if (found.Count < Named) found.Add(difference);
            else more++;
        }

        if (more > 0) found.Add($"and {more} more files");
        return found;
    }

    private static IEnumerable<string> Compare(IEnumerable<ManifestLine> before, IEnumerable<ManifestLine> now)
    {
        using IEnumerator<ManifestLine> old = before.GetEnumerator(), current = now.GetEnumerator();
        bool hasOld = old.MoveNext(), hasNew = current.MoveNext();
        while (hasOld || hasNew)
        {
            int order = !hasOld ? 1 : !hasNew ? -1 : old.Current.CompareTo(current.Current);
            if (order < 0) yield return $"{Name(old.Current.Path)}: removed";
            else if (order > 0) yield return $"{Name(current.Current.Path)}: added";
            else if (old.Current != current.Current) yield return $"{Name(current.Current.Path)}: {Describe(old.Current, current.Current)}";
            if (order <= 0) hasOld = old.MoveNext();
            if (order >= 0) hasNew = current.MoveNext();
        }
    }

    private static string Describe(in ManifestLine old, in ManifestLine now)
    {
        if (old.Type != now.Type) return $"was {TypeOf(old)}, is {TypeOf(now)}";
        var parts = new List<string>();
        if (old.Content != now.Content) parts.Add(now.Type == "l" ? $"link changed from {old.Content} to {now.Content}" : "content changed");
        if (old.Mode != now.Mode) parts.Add($"mode changed from {old.Mode} to {now.Mode}");
        if (old.Owner != now.Owner) parts.Add($"owner changed from {old.Owner} to {now.Owner}");
        if (old.Attributes != now.Attributes) parts.Add(IsLink(old) == IsLink(now) ? "extended attributes changed" : "is another name of a file, or no longer");
        return string.Join(", ", parts);
    }

    private static bool IsLink(in ManifestLine line) => line.Attributes.StartsWith("link ", StringComparison.Ordinal);

    private static string TypeOf(in ManifestLine line) => line.Type switch
    {
        "f" => "a file",
        "d" => "a directory",
        "l" => "a symbolic link",
        "c" or "b" => "a device",
        _ => "a named pipe",
    };

    private static string Name(TreePath path) => path.IsRoot ? "." : path.ToString();
}
