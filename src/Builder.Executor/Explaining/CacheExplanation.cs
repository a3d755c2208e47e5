using Builder.Cache;
using Builder.Cache.History;

namespace Builder.Executor.Explaining;

/// <summary>Compares two remembered builds, for a question that is asked later.</summary>
public static class CacheExplanation
{
    /// <summary>What differs between a step and its earlier self.</summary>
    /// <param name="store">Where both are remembered.</param>
    /// <param name="now">The later build.</param>
    /// <param name="before">The earlier one.</param>
    /// <param name="step">Number of the step in the later build.</param>
    /// <returns>The differences; empty when there are none; null when the earlier build has no such step.</returns>
    public static IReadOnlyList<string>? Compare(BuilderStore store, BuildRecord now, BuildRecord before, int step)
    {
        int?[] matches = StepMatcher.Match(now.Steps, before.Steps);
        return matches[step] is null
            ? null
            : new StepComparison(now.Steps, before.Steps, matches, store.Manifests, d => store.Records.Find(d)?.Key).Differences(step);
    }
}
