using Builder.Executor;
using Builder.Executor.Exports;
using Builder.Graph.Building;
using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Oci;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.Builds;

/// <summary>What lowering gave for each platform of one command, as far as it came.</summary>
/// <param name="Each">In the order of <c>--platform</c>; after an error no more follow.</param>
internal sealed record LoweredPlatforms(IReadOnlyList<(Platform Platform, LoweringResult Result)> Each)
{
    private readonly Lazy<IReadOnlyList<LoweredBuild>> _builds = new(() => GraphUnion.Of([.. Each.Select(each => each.Result.Build).OfType<LoweredBuild>()]));

    /// <summary>Whether all of them can be executed.</summary>
    public bool IsComplete => Each.All(each => each.Result.Build is not null);

    /// <summary>One build for each platform, on one graph.</summary>
    public IReadOnlyList<LoweredBuild> Builds => _builds.Value;

    /// <summary>What was made, for each platform.</summary>
    /// <param name="results">In the order of <see cref="Builds"/>.</param>
    public IReadOnlyList<PlatformResult> With(IReadOnlyList<BuildResult> results) => [.. Each.Zip(results, (each, result) => new PlatformResult(each.Platform, result))];

    /// <summary>What is to be told of all of them, each thing once.</summary>
    public LoweringResult Summary
    {
        get
        {
            LoweringResult shown = Each.Select(each => each.Result).FirstOrDefault(result => result.Build is null) ?? Each[0].Result;
            IEnumerable<Diagnostic> diagnostics = Each.SelectMany(each => each.Result.Diagnostics).Distinct().OrderBy(diagnostic => diagnostic.Span.Start);
            IEnumerable<CheckFinding> findings = Each.SelectMany(each => each.Result.Checks.Findings).Distinct().OrderBy(finding => finding.Diagnostic.Span.Start);
            return shown with { Diagnostics = [.. diagnostics], Checks = new CheckReport([.. findings], shown.Checks.FindingsAreErrors) };
        }
    }
}
