using Builder.Executor.Contexts;

namespace Builder.Executor.Copying;

/// <summary>One source of COPY or ADD.</summary>
/// <param name="Tree">Where it is.</param>
/// <param name="Matches">What it stands for.</param>
/// <param name="Unpack">Whether archives are unpacked.</param>
internal sealed record CopySource(SourceTree Tree, IReadOnlyList<SourceMatch> Matches, bool Unpack);
