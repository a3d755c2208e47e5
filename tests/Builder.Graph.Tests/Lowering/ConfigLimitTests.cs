using System.Collections.Immutable;

namespace Builder.Graph.Tests.Lowering;

public sealed class ConfigLimitTests
{
    // Each is in the config twice, as a label and in the history: 34 fit into 4 MiB.
    private const int Fitting = 34;

    [Fact]
    public void A_config_that_is_too_large_is_refused_at_the_instruction_with_the_longest_text()
    {
        (string code, string culprit, _) = Lowered.From($"FROM scratch\nLABEL longest={new string('y', 60_100)}\n{Labels(Fitting)}").SingleError();
        Assert.Equal("BLD2220", code);
        Assert.StartsWith("LABEL longest=", culprit, StringComparison.Ordinal);
    }

    [Fact]
    public void A_config_that_fits_is_no_matter() => Assert.Empty(Lowered.From("FROM scratch\n" + Labels(Fitting)).Errors);

    [Fact]
    public void What_a_stage_below_has_put_into_it_counts() =>
        Assert.Equal("BLD2220", Lowered.From($"FROM scratch AS a\n{Labels(Fitting)}FROM a\nVOLUME /{new string('y', 60_000)}\n").SingleError().Code);

    [Fact]
    public void Triggers_count()
    {
        string triggers = string.Concat(Enumerable.Range(0, 71).Select(i => $"ONBUILD RUN {i}{new string('y', 60_000)}\n"));
        Assert.Equal("BLD2220", Lowered.From("FROM scratch\n" + triggers).SingleError().Code);
    }

    [Fact]
    public void A_stage_that_becomes_no_image_may_have_any_config() =>
        Assert.Empty(Lowered.From($"FROM scratch AS a\n{Labels(2 * Fitting)}COPY a /a\nFROM scratch\nCOPY --from=a /a /b\n").Errors);

    [Fact]
    public void Labels_of_the_command_line_that_are_too_large_are_named()
    {
        var labels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("a", new string('z', 100_000)).Add("b", new string('z', 200_000));
        Lowered lowered = Lowered.From("FROM scratch\n" + Labels(Fitting), r => r with { Labels = labels });
        Assert.Contains("--label b=...", Assert.Single(lowered.Errors, error => error.Code == "BLD2221").Message, StringComparison.Ordinal);
        Assert.Empty(Lowered.From("FROM scratch\n", r => r with { Labels = labels }).Errors);
    }

    private static string Labels(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"LABEL l{i}={new string('x', 60_000)}\n"));
}
