using Builder.Graph.Tests.Lowering;

namespace Builder.Graph.Tests.Rules;

/// <summary>The language rule by rule: every row of its description has examples in <c>testdata/language</c>, named after it.</summary>
public sealed class LanguageRuleTests
{
    public static TheoryData<string, string> Names
    {
        get
        {
            var names = new TheoryData<string, string>();
            foreach (string path in Files())
            {
                foreach (LanguageRule rule in LanguageRule.ReadAll(path)) names.Add(Path.GetFileNameWithoutExtension(path), rule.Name);
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_rule_holds_in_its_examples(string section, string name)
    {
        LanguageRule rule = Assert.Single(LanguageRule.ReadAll(Files().Single(path => Path.GetFileNameWithoutExtension(path) == section)), rule => rule.Name == name);
        Assert.NotEmpty(rule.Expected);
        string[] facts = [.. DockerfileFacts.Of(Lowered.From(rule.Dockerfile, Lowered.Arguments([.. rule.Arguments])))];
        bool fails = rule.Expected.Any(expected => expected.StartsWith("error ", StringComparison.Ordinal));
        foreach (string expected in rule.Expected) Assert.True(Holds(expected, facts), $"'{expected}' is not so:\n{string.Join('\n', facts)}");
        if (!fails) Assert.DoesNotContain(facts, fact => fact.StartsWith("error ", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_are_used_once() => Assert.Equal(Names.Count, Names.Select(row => row[1]).Distinct().Count());

    private static bool Holds(string expected, string[] facts)
    {
        if (expected.StartsWith("not ", StringComparison.Ordinal)) return !facts.Contains(expected["not ".Length..]);
        if (expected.StartsWith("no ", StringComparison.Ordinal)) return !facts.Any(fact => fact.StartsWith(expected["no ".Length..], StringComparison.Ordinal));
        return facts.Contains(expected);
    }

    private static IEnumerable<string> Files()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Builder.sln"))) directory = Path.GetDirectoryName(directory);
        Assert.NotNull(directory);
        return Directory.EnumerateFiles(Path.Combine(directory, "testdata", "language"), "*.txt").Order(StringComparer.Ordinal);
    }
}
