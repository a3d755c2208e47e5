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

    public const string Unreadable = "D-unreadable";

    public static IReadOnlyList<string> All { get; } = [DirectoryTime, Unreadable, WorkdirSlash];

    /// <summary>20.10 doesn't keep the times of a context's directories: ours has the context's, Docker's the build's, and all else is equal.</summary>
    public static bool IsDirectoryTime(TreeEntry? ours, TreeEntry? docker, DateTimeOffset recent) =>
        ours is { Type: "directory" } && docker is { Type: "directory" } && ours.Describe() == docker.Describe()
        && ours.Modified == CaseDirectory.Modified && docker.Modified >= recent;

    /// <summary>Docker's client, run by an ordinary user, sends an empty file where it may not read one: Docker's is empty, and all else is equal.</summary>
    public static bool IsUnreadable(TreeEntry? ours, TreeEntry? docker, bool isRoot) =>
        !isRoot && ours is { Type: "file", Size: > 0 } && docker is { Type: "file", Size: 0 } && Emptied(ours).Describe() == Emptied(docker).Describe() && ours.Modified == docker.Modified;

    private static TreeEntry Emptied(TreeEntry file) => file with { Size = 0, Sha256 = "" };

    /// <summary>20.10 keeps the slash at the end of a WORKDIR: Docker's text is ours and that slash.</summary>
    public static bool IsWorkdirSlash(string what, string ours, string docker) =>
        (what == "config.WorkingDir" && docker == ours[..^1] + "/\"")
        || (what == "history" && ours.StartsWith("WORKDIR ", StringComparison.Ordinal) && docker == ours.Replace(" [layer", "/ [layer", StringComparison.Ordinal));
}
