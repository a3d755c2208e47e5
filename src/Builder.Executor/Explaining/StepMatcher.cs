using Builder.Cache.History;

namespace Builder.Executor.Explaining;

/// <summary>
/// Finds, for each step of a build, the step of an earlier build that it was: the same text first, in the same stage before any other
/// stage; then what stands in the same place, so that an edited instruction is compared with what it was before.
/// </summary>
internal sealed class StepMatcher
{
    private readonly IReadOnlyList<StepRecord> _now;
    private readonly IReadOnlyList<StepRecord> _before;
    private readonly int?[] _matches;
    private readonly bool[] _taken;

    private StepMatcher(IReadOnlyList<StepRecord> now, IReadOnlyList<StepRecord> before)
    {
        (_now, _before) = (now, before);
        (_matches, _taken) = (new int?[now.Count], new bool[before.Count]);
    }

    /// <summary>For each step its earlier self, or null.</summary>
    public static int?[] Match(IReadOnlyList<StepRecord> now, IReadOnlyList<StepRecord> before)
    {
        var matcher = new StepMatcher(now, before);
        matcher.MatchText(s => (s.Kind, s.Stage, s.Text));
        matcher.MatchText(s => (s.Kind, "", s.Text));
        matcher.MatchPlaces();
        matcher.MatchCopies();
        return matcher._matches;
    }

    private void MatchText(Func<StepRecord, (string Kind, string Stage, string Text)> identity)
    {
        ILookup<(string, string, string), int> candidates = Enumerable.Range(0, _before.Count).Where(i => !_taken[i]).ToLookup(i => identity(_before[i]));
        for (int i = 0; i < _now.Count; i++)
        {
            if (_matches[i] is not null) continue;
            foreach (int candidate in candidates[identity(_now[i])])
            {
                if (_taken[candidate]) continue;
                Take(i, candidate);
                break;
            }
        }
    }

    // Inputs come before users, so the place of a step's parent is known.
    private void MatchPlaces()
    {
        for (int i = 0; i < _now.Count; i++)
        {
            if (_matches[i] is not null) continue;
            StepRecord step = _now[i];
            for (int candidate = 0; candidate < _before.Count; candidate++)
            {
                if (_taken[candidate] || _before[candidate].Kind != step.Kind || !IsSamePlace(step, _before[candidate])) continue;
                Take(i, candidate);
                break;
            }
        }
    }

    // Equal steps are one step, as long as nothing tells them apart: then one of before is several now.
    private void MatchCopies()
    {
        for (int i = 0; i < _now.Count; i++)
        {
            if (_matches[i] is not null) continue;
            int twin = Enumerable.Range(0, _before.Count).FirstOrDefault(c => (_before[c].Kind, _before[c].Text) == (_now[i].Kind, _now[i].Text), -1);
            if (twin >= 0) _matches[i] = twin;
        }
    }

    private bool IsSamePlace(StepRecord now, StepRecord before) => now.Inputs.Count == 0
        ? now.Stage == before.Stage
        : before.Inputs.Count > 0 && _matches[now.Inputs[0]] is { } parent && parent == before.Inputs[0];

    private void Take(int step, int candidate)
    {
        _matches[step] = candidate;
        _taken[candidate] = true;
    }
}
