using System.Collections.Immutable;
using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

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
        string[] sections = [.. differences.Split('\n').Where(line => line.StartsWith("## D-", StringComparison.Ordinal)).Select(line => line[3..].Split(' ')[0]).Order(StringComparer.Ordinal)];
        Assert.Equal(cases.Select(c => c.Difference).Where(id => id.Length > 0).Concat(KnownDifferences.All).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), sections);
    }

    [Fact]
    public void A_case_with_a_known_difference_says_what_must_differ()
    {
        foreach (DifferentialCase differential in CaseReader.ReadDirectory(Path.Combine(DifferentialRun.Directory, "cases")).Where(c => c.Difference.Length > 0))
            Assert.True(differential.Expected.Trim().Length > 0 && !differential.MustFail, differential.Name);
    }

    [Fact]
    public void A_case_that_differs_otherwise_than_it_says_or_not_at_all_is_different()
    {
        DifferentialCase known = new("known", "FROM base\n", []) { Difference = "D-x", Expected = "/f\n    ours:   a\n    docker: b\n" };
        Outcome Judge(DifferentialCase differential, params ImmutableArray<string> lines) => CaseJudge.JudgeImages(differential, new ImageDifferences(lines, [])).Outcome;
        Assert.Equal(Outcome.Explained, Judge(known, "/f\n    ours:   a\n    docker: b"));
        Assert.Equal(Outcome.Different, Judge(known, "/f\n    ours:   a\n    docker: c"));
        Assert.Equal(Outcome.Different, Judge(known, "/f\n    ours:   a\n    docker: b", "/g\n    ours:   a\n    docker: b"));
        Assert.Equal(Outcome.Different, Judge(known));
        Assert.Equal(Outcome.Different, Judge(known with { Expected = "" }));
        Assert.Equal(Outcome.Different, Judge(known with { Difference = "", Expected = "" }, "/f\n    ours:   a\n    docker: b"));
        Assert.Equal(Outcome.Equal, Judge(known with { Difference = "", Expected = "" }));
        Assert.Equal(Outcome.Different, Judge(known with { Difference = "", Expected = "", MustFail = true }));
    }

    [Fact]
    public void A_refusal_of_one_engine_is_known_only_with_its_side_and_its_words()
    {
        DifferentialCase known = new("known", "FROM base\n", []) { Difference = "D-x", Expected = "docker refuses: no such flag\n" };
        CommandResult built = new("build", 0, [], "", TimeSpan.Zero), refused = new("build", 1, [], "error: no such flag: x\n", TimeSpan.Zero), crashed = new("build", 134, [], "no such flag", TimeSpan.Zero);
        Assert.Equal(Outcome.Explained, CaseJudge.JudgeRefusal(known, built, refused).Outcome);
        Assert.Equal(Outcome.Different, CaseJudge.JudgeRefusal(known, refused, built).Outcome);
        Assert.Equal(Outcome.Different, CaseJudge.JudgeRefusal(known, refused, refused).Outcome);
        Assert.Equal(Outcome.Different, CaseJudge.JudgeRefusal(known with { Expected = "docker refuses: another" }, built, refused).Outcome);
        Assert.Equal(Outcome.Different, CaseJudge.JudgeRefusal(known with { Expected = "docker refuses: " }, built, refused).Outcome);
        DifferentialCase broken = known with { Difference = "", Expected = "", MustFail = true };
        Assert.Equal(Outcome.BothRefuse, CaseJudge.JudgeRefusal(broken, refused, refused).Outcome);
        Assert.Equal(Outcome.Different, CaseJudge.JudgeRefusal(broken, crashed, refused).Outcome);
        Assert.Equal(Outcome.Different, CaseJudge.JudgeRefusal(broken, built, refused).Outcome);
        Assert.Equal(Outcome.Different, CaseJudge.JudgeRefusal(broken with { MustFail = false }, refused, refused).Outcome);
        Assert.Equal(Outcome.BothRefuse, CaseJudge.JudgeRefusal(broken with { MustFail = false, Seed = 1 }, refused, refused).Outcome);
    }

    [Fact]
    public void An_empty_file_of_dockers_is_explained_only_for_an_ordinary_user_and_when_all_else_is_equal()
    {
        TreeEntry ours = new() { Path = "f", Type = "file", Size = 3, Sha256 = "abc" }, empty = ours with { Size = 0, Sha256 = "e3b" };
        Assert.True(KnownDifferences.IsUnreadable(ours, empty, isRoot: false));
        Assert.False(KnownDifferences.IsUnreadable(ours, empty, isRoot: true));
        Assert.False(KnownDifferences.IsUnreadable(ours, empty with { Mode = 1 }, isRoot: false));
        Assert.False(KnownDifferences.IsUnreadable(empty, ours, isRoot: false));
        Assert.False(KnownDifferences.IsUnreadable(ours, ours with { Sha256 = "def" }, isRoot: false));
    }

    [Fact]
    public void A_seed_always_makes_the_same_case_and_another_one_another()
    {
        string[] texts = [.. Enumerable.Range(1, 40).Select(seed => CaseWriter.Write(CaseGenerator.Generate(seed)))];
        Assert.Equal(texts, Enumerable.Range(1, 40).Select(seed => CaseWriter.Write(CaseGenerator.Generate(seed))));
        Assert.Equal(texts.Length, texts.Distinct(StringComparer.Ordinal).Count());
    }
}
