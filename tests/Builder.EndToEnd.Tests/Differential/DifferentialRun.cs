using System.Collections.Concurrent;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>The whole comparison as a program: all cases, and as many generated ones as wanted.</summary>
internal sealed class DifferentialRun(TextWriter output)
{
    private const int Parallel = 3;

    public static string Directory => Repository.PathTo("tests/differential");

    public async Task<int> RunAsync(DifferentialOptions options)
    {
        IReadOnlyList<DifferentialCase> cases = [.. options.Select(CaseReader.ReadDirectory(Path.Combine(Directory, "cases"))), .. options.Generate()];
        if (options.PrintOnly)
            return Print(cases);
        if (Requires.ReasonToSkip(options.DockerHost is null ? [Ability.Sandbox, Ability.Root, Ability.Docker] : [Ability.Sandbox]) is { } reason)
            throw new InvalidOperationException(reason);
        PrivateDocker docker = new() { Host = options.DockerHost };
        await docker.InitializeAsync();
        try
        {
            await using TwoEngines engines = await TwoEngines.StartAsync(docker);
            return await SummarizeAsync(await CompareAsync(engines, cases, options.IsVerbose));
        }
        finally
        {
            await docker.DisposeAsync();
        }
    }

    /// <summary>Compares all, some at a time, telling about each that differs as soon as it is known.</summary>
    private async Task<IReadOnlyCollection<Verdict>> CompareAsync(TwoEngines engines, IReadOnlyList<DifferentialCase> cases, bool isVerbose)
    {
        ConcurrentBag<Verdict> verdicts = [];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Parallel };
        await System.Threading.Tasks.Parallel.ForEachAsync(cases, parallel, async (differential, _) =>
        {
            Verdict verdict = await engines.CompareAsync(differential);
            verdicts.Add(verdict);
            if (!verdict.IsGood)
                await TextWriter.Synchronized(output).WriteLineAsync($"DIFFERENT {verdict}");
            else if (isVerbose && verdict.Outcome == Outcome.BothRefuse)
                await TextWriter.Synchronized(output).WriteLineAsync($"REFUSED{(differential.MustFail ? "" : ", though meant to be built")}: {verdict}");
            if (verdicts.Count % 50 == 0)
                await TextWriter.Synchronized(output).WriteLineAsync($"... {verdicts.Count} of {cases.Count}");
        });
        return verdicts;
    }

    private async Task<int> SummarizeAsync(IReadOnlyCollection<Verdict> verdicts)
    {
        foreach (IGrouping<bool, Verdict> group in verdicts.GroupBy(v => v.Case.IsGenerated).OrderBy(g => g.Key))
            await output.WriteLineAsync(VerdictSummary.Of([.. group], group.Key ? "seeds" : "cases"));
        return verdicts.Count > 0 && verdicts.All(v => v.IsGood) ? 0 : 1;
    }

    private int Print(IReadOnlyList<DifferentialCase> cases)
    {
        foreach (DifferentialCase differential in cases)
            output.WriteLine(CaseWriter.Write(differential));
        return 0;
    }
}
