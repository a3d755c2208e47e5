using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>A short part of what tests/differential/run does at length: cases marked as samples, and a few generated ones.</summary>
[Collection(DockerTests.Name)]
public sealed class DifferentialTests(PrivateDocker docker)
{
    private const int Seeds = 10;

    [EndToEndFact(Ability.Root, Ability.Docker)]
    public async Task Docker_makes_the_same_images_of_a_sample_of_cases_and_refuses_the_same()
    {
        DifferentialCase[] sample =
        [
            .. CaseReader.ReadDirectory(Path.Combine(DifferentialRun.Directory, "cases")).Where(c => c.IsSample),
            .. Enumerable.Range(1, Seeds).Select(CaseGenerator.Generate),
        ];
        await using TwoEngines engines = await TwoEngines.StartAsync(docker);
        List<string> different = [];
        await Parallel.ForEachAsync(sample, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (differential, _) =>
        {
            Verdict verdict = await engines.CompareAsync(differential);
            if (!verdict.IsGood)
            {
                lock (different)
                    different.Add(verdict.ToString());
            }
        });
        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.True(sample.Length > Seeds + 15, $"only {sample.Length} cases");
    }

    [Fact]
    public void Cases_have_names_of_their_own_and_name_sections_that_exist()
    {
        IReadOnlyList<DifferentialCase> cases = CaseReader.ReadDirectory(Path.Combine(DifferentialRun.Directory, "cases"));
        Assert.True(cases.Count >= 150, $"only {cases.Count} cases");
        Assert.Equal(cases.Count, cases.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count());
        string differences = File.ReadAllText(Path.Combine(DifferentialRun.Directory, "differences.md"));
        foreach (string id in cases.Select(c => c.Difference).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal))
            Assert.Contains($"\n## {id}\n", differences, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_always_makes_the_same_case_and_another_one_another()
    {
        string[] texts = [.. Enumerable.Range(1, 40).Select(seed => CaseWriter.Write(CaseGenerator.Generate(seed)))];
        Assert.Equal(texts, Enumerable.Range(1, 40).Select(seed => CaseWriter.Write(CaseGenerator.Generate(seed))));
        Assert.Equal(texts.Length, texts.Distinct(StringComparer.Ordinal).Count());
    }
}
