namespace Builder.Executor.Contexts;

/// <summary>Finds what the sources of a COPY stand for.</summary>
/// <param name="tree">Where.</param>
/// <param name="exclude">The --exclude rules.</param>
/// <param name="parents">Whether --parents was given.</param>
internal sealed class SourceMatcher(SourceTree tree, IgnoreRules exclude, bool parents)
{
    private const string Pivot = "/./";

    /// <summary>All matches of one source, in byte order. A pattern may have none.</summary>
    /// <param name="source">Variables expanded, cleaned.</param>
    /// <param name="written">As its user wrote it, for messages.</param>
    /// <exception cref="OperationException">A plain path leads to nothing, or a pattern is malformed.</exception>
    public IReadOnlyList<SourceMatch> Match(string source, string written)
    {
        (string pivot, string rest) = SplitPivot(source);
        if (!pivot.Split('/').Any(Glob.IsPattern)) return MatchBelow(TreePath.Parse(Glob.Unescape(pivot)), rest, written);
        IEnumerable<SourceMatch> pivots = new SourceMatcher(tree, IgnoreRules.None, parents: false).Match(pivot, written);
        TreePath below = TreePath.Parse(Glob.Unescape(rest));
        bool isPattern = rest.Split('/').Any(Glob.IsPattern);
        return [.. pivots
            .Where(match => match.Top.Status.IsDirectory && (isPattern || TryFollow(match.Path.Join(below), out _)))
            .SelectMany(match => MatchBelow(match.Path, rest, written))];
    }

    private IReadOnlyList<SourceMatch> MatchBelow(TreePath pivot, string rest, string written)
    {
        string[] names = rest.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int literal = Array.FindIndex(names, Glob.IsPattern);
        if (literal < 0) return MatchPath(written, pivot, TreePath.Parse(Glob.Unescape(rest)));

        TreePath prefix = TreePath.Parse(Glob.Unescape(string.Join('/', names[..literal])));

        // A pattern may match nothing, but the path before it is a plain one.
        if (!tree.TryResolve(pivot.Join(prefix), out TreePath start)) return parents && tree.TryResolve(pivot, out _) ? [] : throw MissingSource.Describe(tree, written, pivot.Join(prefix));
        if (tree.Stat(start) is not { IsDirectory: true }) return [];
        Segment[] segments = [.. names[literal..].Where(n => n != ".").Select(n => Compile(written, n))];
        var matches = new SortedDictionary<TreePath, SourceMatch>();
        Expand(start, prefix, pivot, segments, matches);
        return [.. matches.Values];
    }

    /// <summary>What a path leads to, taken literally: no patterns.</summary>
    /// <exception cref="OperationException">It leads to nothing.</exception>
    public IReadOnlyList<SourceMatch> MatchPath(string path) => MatchPath(path, TreePath.Root, TreePath.Parse(path));

    private static Segment Compile(string source, string name)
    {
        try
        {
            return new Segment(name, new Glob(name, doubleStars: false));
        }
        catch (FormatException e)
        {
            throw new OperationException($"the source '{source}' is malformed: {e.Message}", inner: e);
        }
    }

    private (string Pivot, string Below) SplitPivot(string source)
    {
        if (!parents) return ("", source);
        if (source.StartsWith("./", StringComparison.Ordinal)) return ("", source[2..]);
        int at = source.IndexOf(Pivot, StringComparison.Ordinal);
        return at < 0 ? ("", source) : (source[..at], source[(at + Pivot.Length)..]);
    }

    private IReadOnlyList<SourceMatch> MatchPath(string source, TreePath pivot, TreePath path)
    {
        TreePath whole = pivot.Join(path);
        if (!TryFollow(whole, out TreePath resolved)) throw MissingSource.Describe(tree, source, whole);
        if (IsExcludedFile(path, resolved)) return [];
        SourceMatch? match = Collect(pivot, path, resolved);
        return match is null ? throw MissingSource.Describe(tree, source, whole) : [match];
    }

    // With --parents a tree is kept as it is: a link stays a link, where COPY alone would follow it.
    private bool TryFollow(TreePath path, out TreePath resolved)
    {
        if (!parents || path.IsRoot) return tree.TryResolve(path, out resolved);
        resolved = default;
        if (!tree.TryResolve(path.Parent, out TreePath parent)) return false;
        resolved = parent.Child(path.Name);
        return tree.Stat(resolved) is not null;
    }

    private bool IsExcludedFile(TreePath name, TreePath resolved) =>
        !exclude.IsEmpty && tree.Stat(resolved) is { IsDirectory: false } && exclude.Excludes(parents ? name : TreePath.Root.Child(name.Name));

    private SourceMatch? Collect(TreePath pivot, TreePath name, TreePath resolved)
    {
        bool isDirectory = tree.Stat(resolved) is { IsDirectory: true };
        IgnoreRules rules = isDirectory ? exclude : IgnoreRules.None;
        TreePath excludeBase = parents && pivot.Contains(resolved) ? pivot : resolved;
        IReadOnlyList<TreeEntry> entries = tree.Walk(resolved, rules, excludeBase);
        return entries.Count == 0 ? null : new SourceMatch(name, resolved, [.. parents ? AncestorsOf(pivot, name) : []], entries);
    }

    private IEnumerable<TreeEntry> AncestorsOf(TreePath pivot, TreePath name)
    {
        TreePath at = pivot;
        foreach (byte[] part in name.Parent.Names())
        {
            at = at.Child(part);
            if (tree.TryResolve(at, out TreePath resolved) && tree.Find(resolved) is { Status.IsDirectory: true } entry)
                yield return entry with { Path = at };
        }
    }

    // Links are followed in the literal beginning and at the very end, never on the way through a pattern.
    private void Expand(TreePath directory, TreePath name, TreePath pivot, ReadOnlySpan<Segment> rest, SortedDictionary<TreePath, SourceMatch> into)
    {
        if (rest[0].Text == "**" && parents)
        {
            if (rest.Length > 1) Expand(directory, name, pivot, rest[1..], into);
        }

        bool anyDepth = rest[0].Text == "**" && parents;
        foreach (TreePath path in tree.List(directory))
        {
            if (!anyDepth && !rest[0].Pattern.IsMatch(TreePath.Root.Child(path.Name).ToString())) continue;
            TreePath matched = name.Child(path.Name);
            if (rest.Length == 1) Accept(path, matched, pivot, into);
            else if (tree.Stat(path) is { IsDirectory: true }) Expand(path, matched, pivot, anyDepth ? rest : rest[1..], into);
        }
    }

    private void Accept(TreePath path, TreePath name, TreePath pivot, SortedDictionary<TreePath, SourceMatch> into)
    {
        if (into.ContainsKey(name)) return;
        if (!TryFollow(path, out TreePath resolved)) throw MissingSource.Describe(tree, path.ToString(), path);
        if (IsExcludedFile(name, resolved)) return;
        if (Collect(pivot, name, resolved) is { } match) into.Add(name, match);
    }

    private readonly record struct Segment(string Text, Glob Pattern);
}
