using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>
/// Where Docker 20.10 does something else than the language's present rules in so many cases, generated ones too, that a rule tells exactly what
/// each side must have. Each is a section of tests/differential/differences.md; what a rule doesn't describe to the last value is no known difference.
/// </summary>
internal static class KnownDifferences
{
    public const string DirectoryTime = "D-directory-time";
    public const string WorkdirSlash = "D-workdir-slash";

    public static IReadOnlyList<string> All { get; } = [DirectoryTime, WorkdirSlash];

    /// <summary>20.10 doesn't keep the times of a context's directories: ours has the context's, Docker's the build's, and all else is equal.</summary>
    public static bool IsDirectoryTime(TreeEntry? ours, TreeEntry? docker, DateTimeOffset recent) =>
        ours is { Type: "directory" } && docker is { Type: "directory" } && ours.Describe() == docker.Describe()
        && ours.Modified == CaseDirectory.Modified && docker.Modified >= recent;

    /// <summary>20.10 keeps the slash at the end of a WORKDIR: Docker's text is ours and that slash.</summary>
    public static bool IsWorkdirSlash(string what, string ours, string docker) =>
        (what == "config.WorkingDir" && docker == ours[..^1] + "/\"")
        || (what == "history" && ours.StartsWith("WORKDIR ", StringComparison.Ordinal) && docker == ours.Replace(" [layer", "/ [layer", StringComparison.Ordinal));
}
