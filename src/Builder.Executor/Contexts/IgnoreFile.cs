using Builder.Linux.Files;

namespace Builder.Executor.Contexts;

/// <summary>The rules of an ignore file, to be asked path by path.</summary>
public sealed class IgnoreFile
{
    private readonly IgnoreRules _rules;

    private IgnoreFile(IgnoreRules rules) => _rules = rules;

    /// <summary>Whether a rule takes something back.</summary>
    public bool HasExceptions => _rules.HasExceptions;

    /// <summary>Whether nothing is left of the whole context.</summary>
    public bool ExcludesEverything => _rules.ExcludesEverything;

    /// <summary>Reads a file; null when it can't be read, which the build itself will report.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="directory">The context's: a file in it must not lead out of it.</param>
    public static IgnoreFile? Read(string path, string directory)
    {
        try
        {
            using FileStream file = RegularFile.OpenRead(path, directory);
            if (file.Length > IgnoreRules.MaxFileSize) return null;
            using var reader = new StreamReader(file);
            return new IgnoreFile(IgnoreRules.Parse(reader.ReadToEnd(), path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationException)
        {
            return null;
        }
    }

    /// <summary>Whether a path below the root of the context is kept out.</summary>
    public bool Excludes(string path) => _rules.Excludes(TreePath.Parse(path));
}
