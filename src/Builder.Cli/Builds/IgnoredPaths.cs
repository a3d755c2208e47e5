using Builder.Executor.Contexts;

namespace Builder.Cli.Builds;

/// <summary>What the ignore file of a build keeps out, for checks.</summary>
internal static class IgnoredPaths
{
    /// <summary>
    /// Whether a path is kept out; null when there is no ignore file, or when it takes something back with <c>!</c>: then a directory that is
    /// ignored may have files that are not.
    /// </summary>
    /// <param name="source">Names the ignore file.</param>
    public static Func<string, bool>? Of(DockerfileSource source)
    {
        if (source is not { IgnoreFile: { } file, ContextDirectory: { } directory } || IgnoreFile.Read(file, directory) is not { HasExceptions: false } rules) return null;
        return path => path.Length == 0 ? rules.ExcludesEverything : rules.Excludes(path);
    }
}
