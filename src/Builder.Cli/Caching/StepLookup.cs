using System.Globalization;
using Builder.Cache.History;

namespace Builder.Cli.Caching;

/// <summary>Finds the step of a build that somebody means.</summary>
internal static class StepLookup
{
    /// <summary>The steps people count: those that make a file system.</summary>
    public static IEnumerable<StepRecord> Steps(BuildRecord build) => build.Steps.Where(IsStep);

    /// <summary>Its index among all steps of the build.</summary>
    /// <param name="build">The build.</param>
    /// <param name="wanted">A number from 1, <c>STAGE/LINE</c>, <c>:LINE</c>, or a part of label or instruction.</param>
    /// <exception cref="CommandException">None or several.</exception>
    public static int Find(BuildRecord build, string wanted)
    {
        List<int> steps = [.. Enumerable.Range(0, build.Steps.Count).Where(i => IsStep(build.Steps[i]))];
        if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= steps.Count) return steps[number - 1];
        List<int> found = [.. steps.Where(i => IsAt(build.Steps[i], wanted))];
        if (found.Count == 0) found = [.. steps.Where(i => build.Steps[i].Label == wanted || build.Steps[i].Text == wanted)];
        if (found.Count == 0) found = [.. steps.Where(i => Contains(build.Steps[i], wanted))];
        return found switch
        {
            [int only] => only,
            [] => throw new CommandException($"the last build had no step '{wanted}'", hint: "'builder cache why' lists its steps"),
            _ => throw new CommandException(
                $"'{wanted}' could be {found.Count} steps: {string.Join(", ", found.Take(5).Select(i => build.Steps[i].Label))}",
                hint: "give the number that 'builder cache why' shows"),
        };
    }

    private static bool IsStep(StepRecord step) => step.Kind is "run" or "copy" or "workdir";

    private static bool IsAt(StepRecord step, string wanted)
    {
        int slash = wanted.LastIndexOfAny(['/', ':']);
        return slash >= 0 && int.TryParse(wanted.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int line) && line == step.Line
            && (slash == 0 || wanted[..slash].Equals(step.Stage, StringComparison.OrdinalIgnoreCase));
    }

    private static bool Contains(StepRecord step, string wanted) =>
        step.Label.Contains(wanted, StringComparison.OrdinalIgnoreCase) || step.Text.Contains(wanted, StringComparison.OrdinalIgnoreCase);
}
