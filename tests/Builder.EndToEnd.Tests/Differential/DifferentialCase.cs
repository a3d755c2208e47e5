using System.Collections.Immutable;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>A Dockerfile with its context, to be built by two engines.</summary>
/// <param name="Name">A sentence, or the seed it was made from.</param>
/// <param name="Dockerfile">Text of the Dockerfile.</param>
/// <param name="Files">Files of the context.</param>
internal sealed record DifferentialCase(string Name, string Dockerfile, ImmutableArray<ContextFile> Files)
{
    /// <summary>
    /// What Docker is given instead, when the case is written in words that 20.10 doesn't know: the same in those it knows. Empty for the same Dockerfile. Trees
    /// and configs are compared then, histories are not.
    /// </summary>
    public string OlderDockerfile { get; init; } = "";

    /// <summary>A shell script that completes the context, run in it.</summary>
    public string Script { get; init; } = "";

    /// <summary>Further words of the command line.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Whether both engines must refuse it.</summary>
    public bool MustFail { get; init; }

    /// <summary>The section of differences.md that tells why the engines differ here; empty when they must not.</summary>
    public string Difference { get; init; } = "";

    /// <summary>
    /// What must differ, when <see cref="Difference"/> names a section: the very lines that the comparison gives, or <c>docker refuses: </c> or
    /// <c>builder refuses: </c> and a part of the message, the other one building it.
    /// </summary>
    public string Expected { get; init; } = "";

    /// <summary>The seed it was made from; null for a written one.</summary>
    public int? Seed { get; init; }

    public bool IsGenerated => Seed is not null;

    /// <summary>Part of the short run among the end-to-end tests.</summary>
    public bool IsSample { get; init; }
}

/// <summary>A regular file of a context, mode included.</summary>
internal sealed record ContextFile(string Path, string Content, UnixFileMode Mode);
