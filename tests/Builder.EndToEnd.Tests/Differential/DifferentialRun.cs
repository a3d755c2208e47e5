using System.Collections.Concurrent;
using System.Globalization;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>The whole comparison as a program: all cases, and as many generated ones as wanted.</summary>
internal sealed class DifferentialRun(TextWriter output)
{
    private const int Parallel = 3;

    public static string Directory => Repository.PathTo("tests/differential");

    public async Task<int> RunAsync(DifferentialOptions options)
    {
        if (Requires.ReasonToSkip([Ability.Sandbox, Ability.Root, Ability.Docker]) is { } reason)
        {
            await output.WriteLineAsync($"differential: {reason}");
            return 2;
        }

        IReadOnlyList<DifferentialCase> cases = [.. options.Select(CaseReader.ReadDirectory(Path.Combine(Directory, "cases"))), .. options.Generate()];
        if (options.PrintOnly)
            return Print(cases);
        PrivateDocker docker = new();
        await docker.InitializeAsync();
        try
        {
            await using TwoEngines engines = await TwoEngines.StartAsync(docker);
            return await SummarizeAsync(await CompareAsync(engines, cases));
        }
        finally
        {
            await docker.DisposeAsync();
        }
    }

    /// <summary>Compares all, some at a time, telling about each that differs as soon as it is known.</summary>
    private async Task<IReadOnlyCollection<Verdict>> CompareAsync(TwoEngines engines, IReadOnlyList<DifferentialCase> cases)
    {
        ConcurrentBag<Verdict> verdicts = [];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Parallel };
        await System.Threading.Tasks.Parallel.ForEachAsync(cases, parallel, async (differential, _) =>
        {
            Verdict verdict = await engines.CompareAsync(differential);
            verdicts.Add(verdict);
            if (!verdict.IsGood)
                await TextWriter.Synchronized(output).WriteLineAsync($"DIFFERENT {verdict}");
            if (verdicts.Count % 50 == 0)
                await TextWriter.Synchronized(output).WriteLineAsync($"... {verdicts.Count} of {cases.Count}");
        });
        return verdicts;
    }

    private async Task<int> SummarizeAsync(IReadOnlyCollection<Verdict> verdicts)
    {
        int Count(Outcome outcome) => verdicts.Count(v => v.Outcome == outcome);
        foreach (IGrouping<string, Verdict> group in verdicts.Where(v => v.Outcome == Outcome.Explained).GroupBy(v => v.Case.Difference).OrderBy(g => g.Key, StringComparer.Ordinal))
            await output.WriteLineAsync($"explained by {group.Key}: {group.Count()}");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{verdicts.Count} compared: {Count(Outcome.Same)} the same, {Count(Outcome.BothRefuse)} refused by both, {Count(Outcome.Explained)} explained, {Count(Outcome.Different)} different"));
        return verdicts.Count > 0 && verdicts.All(v => v.IsGood) ? 0 : 1;
    }

    private int Print(IReadOnlyList<DifferentialCase> cases)
    {
        foreach (DifferentialCase differential in cases)
            output.WriteLine(CaseWriter.Write(differential));
        return 0;
    }
}
