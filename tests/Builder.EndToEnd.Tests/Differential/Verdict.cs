using System.Collections.Immutable;

namespace Builder.EndToEnd.Tests.Differential;

internal enum Outcome
{
    /// <summary>Both built it, and the images are equal.</summary>
    Equal,

    /// <summary>Both refused it, each with an error of its own.</summary>
    BothRefuse,

    /// <summary>They differ exactly as the case says, and differences.md tells why.</summary>
    Explained,

    Different,
}

/// <summary>What came of building a case twice.</summary>
internal sealed record Verdict(DifferentialCase Case, Outcome Outcome, ImmutableArray<string> Details)
{
    /// <summary>Sections of differences.md whose general rules explain what is not equal in images that count as equal.</summary>
    public ImmutableSortedSet<string> Explained { get; init; } = [];

    public bool IsGood => Outcome != Outcome.Different;

    public override string ToString() => $"{Case.Name}\n  {string.Join("\n  ", Details)}";
}
