using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>
/// Where Docker 20.10 is known to do something else than the language's present rules, in generated cases too. Each is a section of
/// tests/differential/differences.md, and each is as narrow as it can be told.
/// </summary>
internal static class KnownDifferences
{
    /// <summary>D-directory-time: 20.10 doesn't send the times of a context's directories.</summary>
    public static bool IsDirectoryTime(TreeEntry? ours, TreeEntry? docker, DateTimeOffset recent) =>
        ours is { Type: "directory" } && docker is { Type: "directory" } && ours.Describe() == docker.Describe()
        && ours.Modified == CaseDirectory.Modified && docker.Modified >= recent;

    /// <summary>D-workdir-slash: 20.10 keeps the slash at the end of a WORKDIR.</summary>
    public static bool IsWorkdirSlash(string what, string ours, string docker) =>
        (what == "config.WorkingDir" && docker == ours[..^1] + "/\"")
        || (what.StartsWith("history", StringComparison.Ordinal) && ours.StartsWith("WORKDIR ", StringComparison.Ordinal) && docker == ours.Replace(" [layer", "/ [layer", StringComparison.Ordinal));
}
