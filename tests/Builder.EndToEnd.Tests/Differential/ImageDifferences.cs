using System.Collections.Immutable;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>In what two images differ.</summary>
/// <param name="Lines">A text for each difference that no general rule explains.</param>
/// <param name="Explained">Sections of differences.md whose general rule explains others, each once.</param>
internal sealed record ImageDifferences(ImmutableArray<string> Lines, ImmutableSortedSet<string> Explained);
