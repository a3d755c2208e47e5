using System.Collections.Immutable;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Compares what two engines made of a case with what the case says they must.</summary>
internal static class CaseJudge
{
    public const string OurRefusal = "builder refuses: ";
    public const string DockerRefusal = "docker refuses: ";

    /// <summary>Judges two images.</summary>
    public static Verdict JudgeImages(DifferentialCase differential, ImageDifferences differences)
    {
        if (differential.MustFail)
            return new Verdict(differential, Outcome.Different, ["both built what the case says they must refuse"]);
        if (differential.Difference.Length > 0)
            return JudgeExpectation(differential, string.Join('\n', differences.Lines));
        return new Verdict(differential, differences.Lines.IsEmpty ? Outcome.Equal : Outcome.Different, differences.Lines) { Explained = differences.Explained };
    }

    /// <summary>Judges two builds of which at least one failed.</summary>
    public static Verdict JudgeRefusal(DifferentialCase differential, CommandResult ours, CommandResult docker)
    {
        ImmutableArray<string> details = [$"ours: exit code {ours.ExitCode}: {LastLines(ours.Error)}", $"docker: exit code {docker.ExitCode}: {LastLines(docker.Error)}"];
        // Any other code than 1 would be a mistake of the command line, a signal or a crash.
        if (ours.ExitCode is not (0 or 1))
            return new Verdict(differential, Outcome.Different, details);
        if (ours.ExitCode != 0 && docker.ExitCode != 0)
            return JudgeBothRefuse(differential, details);
        if (differential.Difference.Length == 0)
            return new Verdict(differential, Outcome.Different, details);
        (string side, string error) = ours.ExitCode != 0 ? (OurRefusal, ours.Error) : (DockerRefusal, docker.Error);
        return differential.Expected.StartsWith(side, StringComparison.Ordinal) && differential.Expected.Trim().Length > side.Length && error.Contains(differential.Expected.Trim()[side.Length..], StringComparison.Ordinal)
            ? new Verdict(differential, Outcome.Explained, details)
            : new Verdict(differential, Outcome.Different, [$"the case says: {differential.Expected.Trim()}", .. details]);
    }

    private static Verdict JudgeBothRefuse(DifferentialCase differential, ImmutableArray<string> details)
    {
        if (differential.Difference.Length > 0)
            return new Verdict(differential, Outcome.Different, [$"both refuse it; the case says: {differential.Expected.Trim()}", .. details]);
        // A generated case may go wrong in a way that its generator didn't foresee; a written one says what must come of it.
        return differential.MustFail || differential.IsGenerated
            ? new Verdict(differential, Outcome.BothRefuse, details)
            : new Verdict(differential, Outcome.Different, ["both refuse it, which the case does not say", .. details]);
    }

    private static Verdict JudgeExpectation(DifferentialCase differential, string found) => found.Length > 0 && found == differential.Expected.TrimEnd('\n')
        ? new Verdict(differential, Outcome.Explained, [])
        : new Verdict(
            differential,
            Outcome.Different,
            [found.Length == 0 ? "there is no difference" : $"the difference is\n{found}", $"but the case says ({differential.Difference})\n{differential.Expected}"]);

    /// <summary>What tells of errors, else the end.</summary>
    private static string LastLines(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] errors = [.. lines.Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.StartsWith("builder: ", StringComparison.Ordinal))];
        return string.Join(" | ", (errors.Length > 0 ? errors : lines).TakeLast(6));
    }
}
