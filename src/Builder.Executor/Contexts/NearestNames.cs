namespace Builder.Executor.Contexts;

/// <summary>Finds what the writer of a path that leads nowhere may have meant.</summary>
internal static class NearestNames
{
    private const int MostShown = 3;

    // A hint is not worth a walk over a large tree.
    private const int MostLookedAt = 5000;

    /// <summary>A hint, or null when nothing is like it.</summary>
    /// <param name="tree">Where it was looked for.</param>
    /// <param name="path">What leads to nothing.</param>
    public static string? Hint(SourceTree tree, TreePath path)
    {
        TreePath missing = path;
        TreePath directory;
        while (!tree.TryResolve(missing.Parent, out directory)) missing = missing.Parent;
        if (tree.Stat(directory) is not { IsDirectory: true }) return $"'{directory}' is not a directory";
        TreePath below = path.RelativeTo(missing);
        List<string> near = [.. Similar(tree, directory, NameOf(missing)).Select(p => WithRest(tree, p, below)).Take(MostShown)];
        if (near.Count == 0) near = SameNameElsewhere(tree, NameOf(path));
        return near.Count == 0 ? null : $"did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?";
    }

    private static IEnumerable<TreePath> Similar(SourceTree tree, TreePath directory, string wanted) =>
        tree.List(directory).Take(MostLookedAt).Select(p => (Path: p, Distance: Distance(wanted, NameOf(p))))
            .Where(p => p.Distance <= Math.Max(1, wanted.Length / 3)).OrderBy(p => p.Distance).ThenBy(p => p.Path).Select(p => p.Path);

    private static string WithRest(SourceTree tree, TreePath similar, TreePath below) =>
        (tree.TryResolve(similar.Join(below), out _) ? similar.Join(below) : similar).ToString();

    private static List<string> SameNameElsewhere(SourceTree tree, string wanted)
    {
        var found = new List<string>();
        var pending = new Queue<TreePath>([TreePath.Root]);
        for (int seen = 0; seen < MostLookedAt && pending.TryDequeue(out TreePath directory);)
        {
            foreach (TreePath path in tree.List(directory))
            {
                if (seen++ >= MostLookedAt || found.Count == MostShown) return found;
                if (NameOf(path) == wanted && !tree.Ignore.Excludes(path)) found.Add(path.ToString());
                if (tree.Stat(path) is { IsDirectory: true }) pending.Enqueue(path);
            }
        }

        return found;
    }

    private static string NameOf(TreePath path) => TreePath.Root.Child(path.Name).ToString();

    // Levenshtein; names that differ in case only are next to equal.
    private static int Distance(string left, string right)
    {
        if (string.Equals(left, right, StringComparison.OrdinalIgnoreCase)) return 0;
        int[] previous = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int[] current = new int[right.Length + 1];
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int substitution = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[right.Length];
    }
}
