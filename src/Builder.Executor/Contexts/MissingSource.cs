using Builder.Linux.Files;

namespace Builder.Executor.Contexts;

/// <summary>Says why a source leads to nothing: it isn't there, an ignore rule hides it, or it is outside.</summary>
internal static class MissingSource
{
    public static OperationException Describe(SourceTree tree, string source, TreePath path)
    {
        if (tree.TryResolve(path, out TreePath resolved))
        {
            return tree.Ignore.ExcludingRule(resolved) is { } rule
                ? new OperationException(
                    $"'{source}' is excluded from {tree.Description} by {tree.Ignore.FileName}:{rule.Line}: {rule.Text}",
                    $"remove that line, or add '!{resolved}' below it")
                : new OperationException($"'{source}' in {tree.Description} can't be copied: it is neither a file nor a directory");
        }

        if (BrokenLink(tree, path) is var (link, target))
        {
            return new OperationException(
                $"'{source}' is not in {tree.Description}: '{link}' is a symbolic link to '{target}', which is missing or outside of it",
                "links are followed inside of the source tree only");
        }

        return source.Split('/').Contains("..")
            ? new OperationException($"'{source}' is outside of {tree.Description}", "only what is below the context directory can be copied")
            : new OperationException($"'{source}' is not in {tree.Description}", Nearest(tree, path));
    }

    private static (TreePath Link, string Target)? BrokenLink(SourceTree tree, TreePath path)
    {
        TreePath at = TreePath.Root;
        foreach (byte[] name in path.Names())
        {
            at = at.Child(name);
            if (tree.TryResolve(at, out _)) continue;
            if (!tree.TryResolve(at.Parent, out TreePath parent)) return null;
            TreePath link = parent.Child(at.Name);
            return tree.Stat(link) is { IsSymbolicLink: true } ? (link, UnixPath.Quote(LinkResolver.ReadLink(tree.Root, link))) : null;
        }

        return null;
    }

    private static string? Nearest(SourceTree tree, TreePath path)
    {
        // The nearest existing directory, and in it the names most like the one that is missing.
        TreePath missing = path;
        TreePath directory;
        while (!tree.TryResolve(missing.Parent, out directory)) missing = missing.Parent;
        if (tree.Stat(directory) is not { IsDirectory: true }) return $"'{directory}' is not a directory";
        string wanted = TreePath.Root.Child(missing.Name).ToString();
        string[] near =
        [
            .. tree.List(directory).Select(p => (Path: p.ToString(), Distance: Distance(wanted, TreePath.Root.Child(p.Name).ToString())))
                .Where(p => p.Distance <= Math.Max(1, wanted.Length / 3)).OrderBy(p => p.Distance).ThenBy(p => p.Path, StringComparer.Ordinal)
                .Take(3).Select(p => $"'{p.Path}'"),
        ];
        return near.Length == 0 ? null : $"did you mean {string.Join(" or ", near)}?";
    }

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
