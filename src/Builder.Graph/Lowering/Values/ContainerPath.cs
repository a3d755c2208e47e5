namespace Builder.Graph.Lowering.Values;

/// <summary>Paths inside an image: slashes whatever this process runs on, never leaving the root.</summary>
internal static class ContainerPath
{
    /// <summary>An absolute, cleaned path: <c>..</c> stops at the root.</summary>
    /// <param name="directory">What a relative path starts from; absolute.</param>
    /// <param name="path">As written.</param>
    public static string Resolve(string directory, string path) =>
        "/" + string.Join('/', Segments(path.StartsWith('/') ? path : directory + "/" + path));

    /// <summary>As <see cref="Resolve"/>, but with a trailing slash where the text says that it is a directory (<c>dir/</c>, <c>dir/.</c>, <c>.</c>, nothing).</summary>
    public static string ResolveDestination(string directory, string path)
    {
        string resolved = Resolve(directory, path);
        bool isDirectory = path is "" or "." || path.EndsWith('/') || path.EndsWith("/.", StringComparison.Ordinal);
        return isDirectory && resolved != "/" ? resolved + "/" : resolved;
    }

    /// <summary>A path relative to some root, cleaned, without leading slash; empty for the root itself.</summary>
    public static string BelowRoot(string path) => IsName(path) ? path : string.Join('/', Segments(path));

    /// <summary>Cleans a path that may stay relative, as Go's path.Clean does.</summary>
    public static string Clean(string path)
    {
        if (path.StartsWith('/')) return Resolve("/", path);
        var kept = new List<string>();
        foreach (string segment in path.Split('/'))
        {
            if (segment is "" or ".") continue;
            if (segment == ".." && kept.Count > 0 && kept[^1] != "..") kept.RemoveAt(kept.Count - 1);
            else kept.Add(segment);
        }

        return kept.Count == 0 ? "." : string.Join('/', kept);
    }

    /// <summary>The last element; <c>.</c> for nothing and <c>/</c> for the root.</summary>
    public static string LastElement(string path)
    {
        string trimmed = path.TrimEnd('/');
        if (trimmed.Length == 0) return path.Length == 0 ? "." : "/";
        return trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    private static bool IsName(string path) => path is not ("." or "..") && !path.Contains('/', StringComparison.Ordinal);

    private static List<string> Segments(string path)
    {
        var kept = new List<string>();
        foreach (string segment in path.Split('/'))
        {
            if (segment is "" or ".") continue;
            if (segment != "..") kept.Add(segment);
            else if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
        }

        return kept;
    }
}
