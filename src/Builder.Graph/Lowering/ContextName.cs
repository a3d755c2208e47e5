using Builder.Oci;

namespace Builder.Graph.Lowering;

/// <summary>Names of contexts: two that name the same image are the same, whatever the registry and tag that are left out.</summary>
public static class ContextName
{
    private const string PlatformMark = "::";
    private const string DefaultTag = ":latest";

    /// <summary>The form names are compared in; null when it can't be the name of a context.</summary>
    /// <param name="name">As written; <c>::os/arch</c> at its end limits it to a platform.</param>
    public static string? Normalize(string name)
    {
        int mark = name.IndexOf(PlatformMark, StringComparison.Ordinal);
        string platform = mark < 0 ? "" : name[mark..];
        if (!ImageReference.TryParse(mark < 0 ? name : name[..mark], out ImageReference? reference)) return null;
        string familiar = reference.FamiliarName;
        return (familiar.EndsWith(DefaultTag, StringComparison.Ordinal) ? familiar[..^DefaultTag.Length] : familiar) + platform;
    }

    /// <summary>The key of a name for a platform.</summary>
    public static string ForPlatform(string normalized, Platform platform) => normalized + PlatformMark + platform;
}
