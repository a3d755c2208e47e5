namespace Builder.Graph.Operations;

/// <summary>The files of a commit of a git repository. No inputs. Owners are root, modes 0644 and 0755.</summary>
public sealed record GitOperation : Operation
{
    /// <summary>What git is given as the repository, credentials included.</summary>
    public required string Remote { get; init; }

    /// <summary>Branch, tag, full ref or full commit; null for the repository's HEAD.</summary>
    public string? Ref { get; init; }

    /// <summary>The commit, when it is known; in the meaning it takes the place of <see cref="Ref"/>.</summary>
    public string? Commit { get; init; }

    /// <summary>What the commit must begin with, or null.</summary>
    public string? Checksum { get; init; }

    /// <summary>The directory of the repository that is taken, without slash at its ends; empty for all.</summary>
    public string Subdirectory { get; init; } = "";

    /// <summary>Whether the repository's own directory is there too. Not below a subdirectory.</summary>
    public bool KeepGitDirectory { get; init; }

    public bool Submodules { get; init; } = true;

    /// <summary>Whether files have the time of the commit; else the time they were written at.</summary>
    public bool CommitTimes { get; init; }
}
