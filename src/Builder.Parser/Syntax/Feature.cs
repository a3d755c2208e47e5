namespace Builder.Parser.Syntax;

/// <summary>Something that came to the Dockerfile syntax after its first version.</summary>
/// <param name="Name">As messages call it.</param>
/// <param name="Since">Minor version of its first stable release, 1 being the major one.</param>
/// <param name="SinceLabs">Minor version of its first release in the labs channel; the same when it was never there.</param>
public sealed record Feature(string Name, int Since, int SinceLabs)
{
    /// <summary>Here-documents of RUN, COPY and ADD.</summary>
    public static readonly Feature Heredocs = new("a here-document", 4, 3);

    /// <summary>ADD of a git repository.</summary>
    public static readonly Feature AddGit = new("ADD of a git repository", 6, 5);

    private const int Unreleased = 1_000_000;

    private static readonly Feature[] Flags =
    [
        new("RUN --mount", 2, 0), new("RUN --network", 3, 1), new("RUN --security", 20, 1), new("RUN --device", Unreleased, 14),
        new("COPY --chmod", 2, 2), new("COPY --link", 4, 4), new("COPY --exclude", 19, 7), new("COPY --parents", 20, 7),
        new("ADD --chmod", 2, 2), new("ADD --link", 4, 4), new("ADD --exclude", 19, 7), new("ADD --checksum", 6, 5),
        new("ADD --keep-git-dir", 6, 5), new("ADD --unpack", 17, 17), new("HEALTHCHECK --start-interval", 6, 6),
    ];

    /// <summary>The version to write to get it.</summary>
    public string Version => Since == Unreleased ? $"1.{SinceLabs}-labs" : $"1.{Since}";

    /// <summary>The feature a flag is, or null when it has always been there.</summary>
    internal static Feature? OfFlag(string instruction, string flag) => Array.Find(Flags, feature => feature.Name == $"{instruction} --{flag}");
}
