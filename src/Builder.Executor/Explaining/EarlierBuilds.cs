using Builder.Cache;
using Builder.Cache.History;
using Builder.Cache.Keys;

namespace Builder.Executor.Explaining;

/// <summary>
/// The builds that a step can be compared with: those of the same project, newest first; when it has none, builds of another place that are
/// mostly the same, such as another checkout.
/// </summary>
internal sealed class EarlierBuilds
{
    private const int OthersLookedAt = 20;

    private const int MostKeys = 4;

    private readonly BuilderStore _store;
    private readonly List<Candidate> _candidates;

    public EarlierBuilds(BuilderStore store, string project, IReadOnlyList<StepRecord> steps)
    {
        _store = store;
        _candidates = [.. store.History.Latest(project).Select(b => new Candidate(b, StepMatcher.Match(steps, b.Steps)))];
        if (_candidates.Count > 0) return;
        _candidates.AddRange(store.History.Latest().Take(OthersLookedAt)
            .Where(b => IsAlike(steps, b.Steps)).Select(b => new Candidate(b, StepMatcher.Match(steps, b.Steps))));
    }

    /// <summary>Why a step has to be executed, other than because somebody said so.</summary>
    public MissReason Explain(IReadOnlyList<StepRecord> steps, int step)
    {
        if (_candidates.Count == 0) return MissReason.FirstTime;
        foreach (Candidate candidate in _candidates)
        {
            if (candidate.Matches[step] is not { } match) continue;
            var comparison = new StepComparison(
                steps, candidate.Build.Steps, candidate.Matches, _store.Manifests, d => _store.Records.Find(d)?.Key);
            IReadOnlyList<string> differences = comparison.Differences(step);
            return new MissReason(
                differences.Count > 0 ? differences[0] : Unchanged(candidate.Build.Steps[match]), [.. differences.Skip(1)],
                $"compared with the build of {candidate.Build.Project} at {candidate.Build.StartedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}");
        }

        return MissReason.Of("it is a new step: no earlier build had it");
    }

    /// <summary>The canonical keys that a step had, as far as they are known.</summary>
    public IReadOnlyList<CacheKey> KeysOf(int step) =>
        [.. _candidates.Where(c => c.Matches[step] is not null).Select(c => KeyOf(c.Build.Steps[c.Matches[step]!.Value])).OfType<CacheKey>().Take(MostKeys)];

    private CacheKey? KeyOf(StepRecord step) => step.Canonical ?? _store.Records.Find(step.Definition.Digest)?.Key;

    private static string Unchanged(StepRecord earlier) => earlier.Verdict switch
    {
        StepVerdict.Failed => "the last build did not finish it",
        StepVerdict.Unrecorded => "a file changed while the last build copied it, so that its result was not kept",
        _ => "its result was evicted: nothing differs, but the cache does not hold it any more",
    };

    private static bool IsAlike(IReadOnlyList<StepRecord> steps, IReadOnlyList<StepRecord> others)
    {
        HashSet<string> texts = [.. others.Select(s => s.Text)];
        return steps.Count(s => s.Kind == "context" || texts.Contains(s.Text)) * 2 > steps.Count;
    }

    private sealed record Candidate(BuildRecord Build, int?[] Matches);
}
