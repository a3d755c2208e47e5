using Builder.Linux.Files;

namespace Builder.Executor.Contexts;

/// <summary>Says why a source leads to nothing: it isn't there, an ignore rule hides it, or it is outside.</summary>
internal static class MissingSource
{
    /// <summary>The error to throw.</summary>
    /// <param name="tree">Where it was looked for.</param>
    /// <param name="source">As its user wrote it.</param>
    /// <param name="path">What that means below the root of the tree.</param>
    public static OperationException Describe(SourceTree tree, string source, TreePath path)
    {
        if (tree.TryResolve(path, out TreePath resolved, out TreePath? hiddenLink))
        {
            return tree.Ignore.ExcludingRule(resolved) is { } rule
                ? Hidden(tree, source, resolved, rule)
                : new OperationException($"'{source}' in {tree.Description} can't be copied: it is neither a file nor a directory");
        }

        if (hiddenLink is { } link && tree.Ignore.ExcludingRule(link) is { } linkRule) return Hidden(tree, source, link, linkRule);
        if (BrokenLink(tree, path) is { } broken) return broken.Describe(tree, source);
        return IsOutside(tree, source)
            ? new OperationException($"'{source}' is outside of {tree.Description}", $"only what is below the root of {tree.Description} can be copied")
            : new OperationException($"'{source}' is not in {tree.Description}", NearestNames.Hint(tree, path));
    }

    private static OperationException Hidden(SourceTree tree, string source, TreePath path, IgnoreRule rule) => new(
        $"'{source}' is excluded from {tree.Description} by {tree.Ignore.FileName}:{rule.Line}: {rule.Text}",
        $"remove that line, or add '!{path}' below it");

    // Nothing is ever read outside; a path that would lead there on its user's machine is clamped to the root, where it wasn't found.
    private static bool IsOutside(SourceTree tree, string source) =>
        GoesAboveRoot(source) || (tree.IsContext && source.StartsWith('/') && Path.Exists(source));

    private static bool GoesAboveRoot(string path)
    {
        int depth = 0;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            depth += name switch { "." => 0, ".." => -1, _ => 1 };
            if (depth < 0) return true;
        }

        return false;
    }

    private static Broken? BrokenLink(SourceTree tree, TreePath path)
    {
        TreePath at = TreePath.Root;
        foreach (byte[] name in path.Names())
        {
            at = at.Child(name);
            if (tree.TryResolve(at, out _)) continue;
            if (!tree.TryResolve(at.Parent, out TreePath parent)) return null;
            TreePath link = parent.Child(at.Name);
            return tree.Stat(link) is { IsSymbolicLink: true } ? new Broken(link, UnixPath.Quote(LinkResolver.ReadLink(tree.Root, link))) : null;
        }

        return null;
    }

    private sealed record Broken(TreePath Link, string Target)
    {
        public OperationException Describe(SourceTree tree, string source)
        {
            bool leaves = Target.StartsWith('/') || GoesAboveRoot($"{Link.Parent}/{Target}");
            return new OperationException(
                $"'{source}' is not in {tree.Description}: '{Link}' is a symbolic link to '{Target}', which is {(leaves ? "outside of it" : "missing")}",
                "links are followed inside of the source tree only");
        }
    }
}
